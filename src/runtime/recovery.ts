import { partitionKey } from '../broker/client/client.js';
import {
  FencedError,
  OffsetOutOfRangeError,
  RecordRefusedError,
  TransactionAbortableError,
  TransactionTimedOutError,
} from '../broker/client/errors.js';
import type { OffsetReset } from '../topology/node.js';
import { MillraceError } from '../util/errors.js';
import type { Clock } from '../util/time.js';
import type { ApplicationMetrics } from './application-metrics.js';
import type { TaskPlan } from './assignment/task-plan.js';
import { stableOffsets } from './commit/fencing.js';
import { OutcomeLostError, type TransactionContext } from './commit/transaction.js';
import type { OwnedTask } from './owned-task.js';
import type { Readiness } from './readiness.js';
import { resetOffsets, startOffsets } from './start-offsets.js';
import type { TaskInputs } from './task-inputs.js';
import type { TaskLifecycle } from './task-lifecycle.js';
import type { TaskRegistry } from './task-registry.js';

/** Commits in a row that may be aborted because the broker refuses a record or request, before that counts as lasting. */
const ABORTS_IN_A_ROW = 20;
/** Transactions in a row that may outlast their time-out, as one does when a process was paused, before that counts as lasting. */
const TIME_OUTS_IN_A_ROW = 3;
const LONGEST_DELAY_MS = 2_000;

export interface RecoveryOptions extends TransactionContext {
  readonly plan: TaskPlan;
  readonly registry: TaskRegistry;
  readonly lifecycle: TaskLifecycle;
  readonly inputs: TaskInputs;
  readonly transactional: boolean;
  readonly offsetReset: OffsetReset;
  readonly readiness: Readiness;
  readonly clock: Clock;
  readonly metrics: ApplicationMetrics;
  readonly rejoin: (reason: string) => void;
}

/** What the loop does about an error: go back to the last commit, or give everything up and join again. */
export class Recovery {
  #aborts = 0;
  #timeOuts = 0;

  constructor(private readonly options: RecoveryOptions) {}

  /** A commit went through. */
  onCommit(): void {
    this.#aborts = 0;
    this.options.records.refused.clear();
    this.#timeOuts = 0;
  }

  /** @throws the error itself when nothing mends it */
  async recover(error: unknown): Promise<void> {
    if (error instanceof OffsetOutOfRangeError) return this.#resetOffset(error);
    if (error instanceof FencedError) return this.#fenced(error);
    if (error instanceof OutcomeLostError) return this.dropAll('the outcome of a transaction is lost', error);
    const refusal = refusalIn(error);
    if (refusal !== undefined) return this.#withoutRefused(refusal);
    if (!(error instanceof MillraceError) || error.kind !== 'unavailable') throw error;
    if (++this.#aborts > ABORTS_IN_A_ROW && error.code === 'TRANSACTION_ABORTABLE') throw error;
    this.options.records.refused.clear(); // whether the broker still refuses them is asked anew
    this.options.log.warn({ err: error }, 'going back to the last commit');
    await this.options.clock.sleep(Math.min(LONGEST_DELAY_MS, 10 * 2 ** Math.min(this.#aborts, 10)));
    await this.#goBack();
  }

  /** A record was refused after it was sent: does the work again, in which it fails at its sink, whose policy decides. */
  async #withoutRefused(refusal: RecordRefusedError): Promise<void> {
    const { records, log } = this.options;
    if (!records.refused.add(refusal)) throw refusal;
    log.warn({ err: refusal }, 'a broker refused a record: going back to the last commit, to fail where it is sent');
    await this.#goBack();
  }

  async #goBack(): Promise<void> {
    try {
      await this.#rewind();
    } catch (second) {
      if (!(second instanceof FencedError)) throw second;
      await this.#fenced(second);
    }
  }

  async #fenced(error: FencedError): Promise<void> {
    this.options.metrics.fenced.value++;
    const timedOut = error instanceof TransactionTimedOutError;
    if (timedOut && ++this.#timeOuts >= TIME_OUTS_IN_A_ROW) throw error;
    await this.dropAll(timedOut ? 'a transaction took too long' : 'fenced by another instance', error);
  }

  /**
   * Gives up every task without a commit, ends the open transaction and joins again. Tasks that come back restore the rest
   * of their changelogs.
   */
  async dropAll(reason: string, error?: unknown): Promise<void> {
    this.options.log.warn({ err: error }, `giving up all tasks: ${reason}`);
    await this.drop();
    this.options.rejoin(reason);
  }

  /** As {@link dropAll}, for a member that joins again by itself. */
  async drop(): Promise<void> {
    const { lifecycle, registry, records, readiness } = this.options;
    readiness.assigned(false);
    await lifecycle.releaseAll(registry.all);
    records.dropWaiting();
    await this.#renewWriter();
  }

  /** Aborts: drops what is not committed in every task, and reads the inputs again from there. */
  async #rewind(): Promise<void> {
    const { registry, records, inputs, plan, admin, patience, transactional } = this.options;
    const tasks = registry.running;
    for (const owned of tasks) await owned.waiting;
    await Promise.all(tasks.map((owned) => owned.applying));
    records.dropWaiting();
    if (transactional && records.writer.inTransaction) await this.#abortTransaction();
    const committed = await stableOffsets(
      this.options,
      tasks.flatMap((owned) => owned.inputs),
    );
    for (const owned of tasks) {
      owned.failure = undefined;
      owned.committed = ownPart(owned, committed);
      owned.state?.abort();
      if (owned.task?.seeks) {
        owned.task.reset(owned.committed);
        continue;
      }
      const offsets = await patience.retry('looking for the start of inputs', () =>
        startOffsets(admin, plan, owned.plan, owned.committed, this.options.offsetReset),
      );
      owned.task?.reset(owned.committed);
      inputs.seek(owned, offsets);
    }
  }

  /** An abort that cannot be answered is made by the next `init`, which ends whatever is open. */
  async #abortTransaction(): Promise<void> {
    try {
      await this.options.records.writer.abort();
    } catch (error) {
      if (!(error instanceof MillraceError) || error.kind !== 'unavailable') throw error;
      await this.#renewWriter();
    }
  }

  async #renewWriter(): Promise<void> {
    const { patience, records } = this.options;
    await patience.retry('making the writer anew', () => records.writer.init());
  }

  /** Records of an input were deleted before they were read: goes on as its source says, and says so. */
  async #resetOffset(error: OffsetOutOfRangeError): Promise<void> {
    const { inputs, admin, plan, patience, log } = this.options;
    const owned = inputs.owner(partitionKey(error));
    if (!owned) return;
    const offsets = await patience.retry('looking for the start of inputs', () =>
      resetOffsets(admin, plan, owned.plan, [error], this.options.offsetReset),
    );
    log.warn({ err: error, task: owned.id, offset: offsets.get(partitionKey(error)) }, 'records were deleted unread');
    inputs.seek(owned, offsets);
  }
}

/** The refusal behind an error: under exactly-once it is the cause of the transaction's. */
function refusalIn(error: unknown): RecordRefusedError | undefined {
  const cause = error instanceof TransactionAbortableError ? error.cause : error;
  return cause instanceof RecordRefusedError ? cause : undefined;
}

function ownPart<T>(owned: OwnedTask, committed: ReadonlyMap<string, T>): Map<string, T> {
  const keys = owned.inputs.map(partitionKey);
  return new Map(
    keys.flatMap((key) => {
      const found = committed.get(key);
      return found === undefined ? [] : [[key, found] as const];
    }),
  );
}
