import type { Member, Reader } from '../broker/client/client.js';
import { FencedError } from '../broker/client/errors.js';
import type { Clock } from '../util/time.js';
import type { ApplicationMetrics, CommitFailure } from './application-metrics.js';
import { commitAtLeastOnce, commitExactlyOnce } from './commit/commit.js';
import { OutcomeLostError, type TransactionContext } from './commit/transaction.js';
import type { LoopCommands } from './loop-commands.js';
import type { OwnedTask } from './owned-task.js';
import type { Recovery } from './recovery.js';
import type { RepartitionPurge } from './repartition-purge.js';
import type { TaskInputs } from './task-inputs.js';
import type { TaskRegistry } from './task-registry.js';
import type { TaskSlices } from './task-slices.js';
import type { WakeSignal } from './wake-signal.js';

/** The longest the loop sleeps: wall-clock punctuations are late by no more. */
const IDLE_MS = 100;

export interface StreamLoopOptions {
  readonly registry: TaskRegistry;
  readonly commands: LoopCommands;
  readonly wake: WakeSignal;
  readonly reader: Reader;
  readonly inputs: TaskInputs;
  readonly slices: TaskSlices;
  readonly recovery: Recovery;
  readonly purge: RepartitionPurge;
  readonly transaction: TransactionContext;
  readonly transactional: boolean;
  readonly member: Pick<Member, 'metadata' | 'rebalancing'>;
  readonly commitIntervalMs: number;
  /** Uncommitted changes of all tasks above which a commit is due at once. */
  readonly overlayMaxBytes: number;
  readonly clock: Clock;
  readonly metrics: ApplicationMetrics;
  /** Nothing mends this error: called once, the loop has ended. */
  readonly onFatal: (error: unknown) => void;
}

/**
 * The one loop that drives all tasks of an instance. A turn: run commands, process for a slice of time, commit if one is
 * due, let I/O run. Fetching goes on beside it and fills the tasks' queues.
 */
export class StreamLoop {
  #stopped = false;
  /** It ended by an error, maybe inside a record: what is not committed must not be. */
  #failed = false;
  #polling = false;
  #pollFailure: { readonly error: unknown } | undefined;
  #lastCommit: number;

  constructor(private readonly options: StreamLoopOptions) {
    this.#lastCommit = options.clock.monotonicMs();
  }

  /** Runs until {@link stop}, or an error that nothing mends. */
  async run(): Promise<void> {
    const { commands, recovery, onFatal } = this.options;
    while (!this.#stopped) {
      try {
        await commands.drain();
        await this.#turn();
      } catch (error) {
        try {
          await recovery.recover(error);
        } catch (lasting) {
          this.#stopped = true;
          this.#failed = true;
          onFatal(lasting);
        }
      }
    }
    await commands.close();
  }

  /** Ends the loop after the command that calls it. */
  stop(): void {
    this.#stopped = true;
  }

  /**
   * Commits everything now. To be called by a command: before tasks are given up, and at the end.
   * @throws what a commit throws
   */
  async commitNow(): Promise<void> {
    if (this.#failed) return;
    const running = this.options.registry.running;
    this.options.slices.quiesce(running);
    for (const owned of running) await owned.waiting;
    await this.#commit(running);
  }

  async #turn(): Promise<void> {
    if (this.#stopped) return;
    const { registry, slices, inputs, clock, wake, commands } = this.options;
    this.#poll();
    this.#raisePollFailure();
    const running = registry.running;
    const busy = slices.run(running);
    inputs.balance(running);
    if (this.#commitDue(running) && slices.quiesce(running)) await this.#commit(running);
    if (busy || commands.pending) await clock.yieldToEventLoop();
    else await wake.wait(this.#idleMs(running));
  }

  /** Fetches beside the loop: one poll at a time, the next when the loop comes by again. */
  #poll(): void {
    if (this.#polling) return;
    const { reader, inputs, wake, metrics } = this.options;
    this.#polling = true;
    const ended = (): void => {
      this.#polling = false;
      wake.wake();
    };
    reader.poll(IDLE_MS).then(
      (batches) => {
        metrics.polls.value++;
        metrics.polledRecords.value += inputs.deliver(batches);
        ended();
      },
      (error: unknown) => {
        this.#pollFailure = { error };
        ended();
      },
    );
  }

  #raisePollFailure(): void {
    const failure = this.#pollFailure;
    this.#pollFailure = undefined;
    if (failure) throw failure.error;
  }

  #commitDue(running: readonly OwnedTask[]): boolean {
    const { member, commitIntervalMs, overlayMaxBytes, clock } = this.options;
    if (member.rebalancing || member.metadata === undefined) return false;
    if (!running.some((owned) => owned.commitNeeded)) return false;
    if (clock.monotonicMs() - this.#lastCommit >= commitIntervalMs) return true;
    if (running.some((owned) => owned.task?.commitRequested)) return true;
    return running.reduce((bytes, owned) => bytes + (owned.state?.overlayBytes ?? 0), 0) > overlayMaxBytes;
  }

  async #commit(running: readonly OwnedTask[]): Promise<void> {
    const { transactional, transaction, clock, metrics, recovery, purge, slices } = this.options;
    const tasks = running.filter((owned) => owned.commitNeeded);
    const start = clock.monotonicMs();
    try {
      if (tasks.length > 0) await (transactional ? commitExactlyOnce : commitAtLeastOnce)(transaction, tasks);
    } catch (error) {
      metrics.commitFailed(failureOf(error));
      throw error;
    } finally {
      slices.release();
      this.#lastCommit = clock.monotonicMs();
    }
    metrics.commits.value++;
    metrics.commitLatency.observe((this.#lastCommit - start) / 1_000);
    recovery.onCommit();
    purge.afterCommit(running);
  }

  /** Until the next commit is due, if there is anything to commit; one that is overdue waits for something that wakes. */
  #idleMs(running: readonly OwnedTask[]): number {
    const { clock, commitIntervalMs } = this.options;
    if (!running.some((owned) => owned.commitNeeded)) return IDLE_MS;
    const due = this.#lastCommit + commitIntervalMs - clock.monotonicMs();
    return due <= 0 ? IDLE_MS : Math.min(IDLE_MS, due);
  }
}

function failureOf(error: unknown): CommitFailure {
  if (error instanceof FencedError) return 'fenced';
  return error instanceof OutcomeLostError ? 'outcome-unknown' : 'aborted';
}
