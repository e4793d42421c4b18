import type { OffsetMap } from '../broker/client/client.js';
import type { TopicPartition } from '../broker/client/protocol.js';
import type { Metrics } from '../observability/metrics.js';
import type { StateStore } from '../state/store.js';
import type { TaskState } from '../state/task-state.js';
import type { Clock } from '../util/time.js';
import type { OffsetReset } from '../topology/node.js';
import type { TaskPlan } from './assignment/task-plan.js';
import { stableOffsets, WriterFence } from './commit/fencing.js';
import type { TransactionContext } from './commit/transaction.js';
import type { OwnedTask } from './owned-task.js';
import type { ChangelogReader } from './restore/changelog-reader.js';
import type { TaskChangelogs } from './restore/task-changelogs.js';
import type { StandbyTasks } from './standby-tasks.js';
import { openSinkTask, type SinkSurroundings } from './sink/open-sink-task.js';
import { startOffsets } from './start-offsets.js';
import type { OpenState, TaskStates } from './task-states.js';
import type { ErrorPolicies } from './task/error-policy.js';
import { StreamTask } from './task/stream-task.js';

export interface TaskOpenerOptions extends TransactionContext {
  readonly applicationId: string;
  readonly plan: TaskPlan;
  readonly states: TaskStates;
  readonly standbys: Pick<StandbyTasks, 'take'>;
  readonly changelogs: TaskChangelogs;
  readonly offsetReset: OffsetReset;
  readonly errorPolicies?: ErrorPolicies;
  readonly maxTaskIdleMs: number;
  readonly restore: ChangelogReader;
  readonly globalStores: ReadonlyMap<string, StateStore>;
  readonly sinks: Pick<SinkSurroundings, 'inputs' | 'random' | 'rejoin' | 'wake'>;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** What is known of the group when tasks open. */
export interface OpeningFacts {
  /** Tasks of this instance, standbys included, which share its memory. */
  readonly taskCount: number;
  readonly goneWriters: readonly string[];
}

/** Takes a task from its assignment to where it can process, in the order that DESIGN §5 gives. */
export class TaskOpener {
  readonly #fence: WriterFence;

  constructor(private readonly options: TaskOpenerOptions) {
    this.#fence = new WriterFence(options);
  }

  /**
   * Opens the state, brings it up to date and makes the task. Gives where its inputs start; undefined when the task was
   * cancelled meanwhile (what is open then is for the caller to close).
   */
  async open(owned: OwnedTask, facts: OpeningFacts): Promise<OffsetMap | undefined> {
    const { admin, plan, states, standbys, changelogs, restore, patience, offsetReset } = this.options;
    // A standby becomes the task with all that it has, open as it is
    const opened =
      (await standbys.take(owned.id)) ?? (await states.start(owned.plan, facts.taskCount, () => !givenUp(owned)));
    if (opened === undefined) return undefined;
    const { state } = opened;
    owned.state = state;
    owned.caughtUpMs = opened.caughtUpMs;
    if (givenUp(owned)) return undefined;
    // 1. What is committed, once nothing is pending on it
    await this.#fence.fence(facts.goneWriters);
    owned.committed = new Map(await stableOffsets(this.options, owned.inputs));
    if (owned.plan.subTopology.connector !== undefined) {
      owned.task = openSinkTask(owned, opened, {
        ...this.options,
        ...this.options.sinks,
        collector: this.options.records,
      });
      return new Map(); // the task seeks once its destination has told the position
    }
    await settlePrepared(owned, state);
    // 2. Where each changelog ends, which no later writer but this instance can move
    owned.changelogs = await patience.retry('looking at changelogs', () =>
      changelogs.locate(owned.plan, state, owned.committed),
    );
    if (givenUp(owned)) return undefined;
    // 3. The committed records up to there
    owned.status = 'restoring';
    await Promise.all(owned.changelogs.map((changelog) => restore.restore({ taskId: owned.id, state, changelog })));
    if (givenUp(owned)) return undefined;
    await keepInputPositions(owned, state);
    const offsets = await patience.retry('looking for the start of inputs', () =>
      startOffsets(admin, plan, owned.plan, owned.committed, offsetReset),
    );
    if (givenUp(owned)) return undefined;
    owned.task = this.#makeTask(owned, opened, facts);
    return offsets;
  }

  /** Where further inputs of a running task start. */
  async startOf(owned: OwnedTask, inputs: readonly TopicPartition[]): Promise<OffsetMap> {
    const { admin, plan, patience, offsetReset } = this.options;
    for (const [key, committed] of await stableOffsets(this.options, inputs)) owned.committed.set(key, committed);
    return patience.retry('looking for the start of inputs', () =>
      startOffsets(admin, plan, { ...owned.plan, inputs }, owned.committed, offsetReset),
    );
  }

  #makeTask(owned: OwnedTask, { state, context }: OpenState, facts: OpeningFacts): StreamTask {
    const { applicationId, plan, states, records, errorPolicies } = this.options;
    const { maxTaskIdleMs, clock, metrics, globalStores, sinks } = this.options;
    return new StreamTask({
      id: owned.id,
      applicationId,
      topology: plan.topology,
      subTopologies: [owned.plan.subTopology],
      partitions: owned.inputs,
      context,
      state,
      globalStores,
      collector: records,
      committed: owned.committed,
      cacheMaxBytes: states.cacheShare(facts.taskCount),
      errorPolicies,
      maxTaskIdleMs,
      wake: sinks.wake,
      random: sinks.random,
      clock,
      metrics,
      log: this.options.log, // its lines name the task themselves
    });
  }
}

function givenUp(owned: OwnedTask): boolean {
  return owned.cancellation.aborted;
}

/**
 * A restored state includes what the group has committed, whoever did that: queries that wait for input offsets read so in the
 * state.
 */
async function keepInputPositions(owned: OwnedTask, state: TaskState): Promise<void> {
  const inputs = new Map([...owned.committed].map(([key, { offset }]) => [key, offset] as const));
  if (state.stores.size === 0 || [...inputs].every(([key, offset]) => state.inputPosition(key) === offset)) return;
  state.freeze();
  await state.apply({ changelogs: new Map(), inputs });
}

/** A commit that was prepared before a crash counts if the group has its offsets. */
async function settlePrepared(owned: OwnedTask, state: TaskState): Promise<void> {
  const prepared = state.preparedInputs;
  if (!prepared) return;
  const committed = [...prepared].every(([key, offset]) => owned.committed.get(key)?.offset === offset);
  await state.settlePrepared(committed);
}
