import { partitionKey, type OffsetMap, type TopicDescription } from '../broker/client/client.js';
import type { TopicPartition } from '../broker/client/protocol.js';
import type { Metrics } from '../observability/metrics.js';
import { openTaskState } from '../state/open-task-state.js';
import type { StateStore } from '../state/store.js';
import type { TaskState } from '../state/task-state.js';
import { internal, MillraceError } from '../util/errors.js';
import type { Clock } from '../util/time.js';
import type { OffsetReset } from '../topology/node.js';
import type { TaskPlan } from './assignment/task-plan.js';
import { stableOffsets, WriterFence } from './commit/fencing.js';
import type { TransactionContext } from './commit/transaction.js';
import type { OwnedTask, StoreChangelog } from './owned-task.js';
import type { ChangelogReader } from './restore/changelog-reader.js';
import { startOffsets } from './start-offsets.js';
import type { StateDirectory } from './state-directory.js';
import type { ErrorPolicies } from './task/error-policy.js';
import { StreamTask } from './task/stream-task.js';
import { TaskContext } from './task/task-context.js';

export interface TaskOpenerOptions extends TransactionContext {
  readonly applicationId: string;
  readonly plan: TaskPlan;
  readonly stateDirectory?: StateDirectory;
  readonly cacheMaxBytes: number;
  readonly stateMemoryBytes: number;
  readonly offsetReset: OffsetReset;
  readonly errorPolicies?: ErrorPolicies;
  readonly maxTaskIdleMs: number;
  readonly restore: ChangelogReader;
  readonly globalStores: ReadonlyMap<string, StateStore>;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** What is known of the group when tasks open. */
export interface OpeningFacts {
  /** Tasks of this instance, which share its memory. */
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
    const { admin, plan, restore, patience, offsetReset } = this.options;
    const context = this.#contextOf(owned);
    const state = await this.#openState(owned, context, facts);
    owned.state = state;
    if (givenUp(owned)) return undefined;
    // 1. What is committed, once nothing is pending on it
    await this.#fence.fence(facts.goneWriters);
    owned.committed = new Map(await stableOffsets(this.options, owned.inputs));
    await settlePrepared(owned, state);
    // 2. Where each changelog ends, which no later writer but this instance can move
    owned.changelogs = await patience.retry('looking at changelogs', () => this.#changelogs(owned, state));
    if (givenUp(owned)) return undefined;
    // 3. The committed records up to there
    owned.status = 'restoring';
    await Promise.all(owned.changelogs.map((changelog) => restore.restore({ taskId: owned.id, state, changelog })));
    if (givenUp(owned)) return undefined;
    const offsets = await patience.retry('looking for the start of inputs', () =>
      startOffsets(admin, plan, owned.plan, owned.committed, offsetReset),
    );
    if (givenUp(owned)) return undefined;
    owned.task = this.#makeTask(owned, state, context, facts);
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

  #contextOf(owned: OwnedTask): TaskContext {
    const { applicationId, records, metrics } = this.options;
    return new TaskContext({
      taskId: owned.id,
      applicationId,
      partition: owned.plan.partition,
      subTopologies: [owned.plan.subTopology],
      collector: records,
      metrics,
    });
  }

  async #openState(owned: OwnedTask, context: TaskContext, { taskCount }: OpeningFacts): Promise<TaskState> {
    const { applicationId, stateDirectory, stateMemoryBytes } = this.options;
    const definitions = owned.plan.subTopology.stores;
    const folders = definitions.length > 0 ? stateDirectory : undefined;
    await folders?.prepare(applicationId);
    const directory = folders?.taskFolder(applicationId, owned.id);
    const options = {
      directory,
      openDatabase: folders?.openDatabase,
      definitions,
      context,
      cacheMaxBytes: this.#cacheShare(taskCount),
      memoryBytes: Math.floor(stateMemoryBytes / Math.max(1, taskCount)),
    };
    try {
      return await openTaskState(options);
    } catch (error) {
      if (folders === undefined || !isCorrupted(error) || !this.#restorable(owned)) throw error;
      this.options.log.warn(
        { err: error, task: owned.id, directory },
        'damaged state: rebuilding it from its changelogs',
      );
      await folders.removeTask(applicationId, owned.id);
      return openTaskState(options);
    }
  }

  /** Whether all that the task keeps on disk is in changelogs too. */
  #restorable({ plan: { subTopology } }: OwnedTask): boolean {
    const onDisk = subTopology.stores.filter(({ storage }) => storage === 'leveldb');
    return onDisk.every(({ name }) => this.options.plan.changelogOf(subTopology, name) !== undefined);
  }

  #cacheShare(taskCount: number): number {
    return Math.floor(this.options.cacheMaxBytes / Math.max(1, taskCount));
  }

  async #changelogs(owned: OwnedTask, state: TaskState): Promise<readonly StoreChangelog[]> {
    const { admin, plan } = this.options;
    const { subTopology, partition } = owned.plan;
    const topics = new Map<string, string>();
    for (const { name } of subTopology.stores) {
      const topic = plan.changelogOf(subTopology, name);
      if (topic !== undefined) topics.set(name, topic);
    }
    if (topics.size === 0) return [];
    const partitions = [...topics.values()].map((topic) => ({ topic, partition }));
    const descriptions = await admin.describeTopics([...topics.values()]);
    const ends = await admin.listOffsets(partitions, 'latest', 'read_uncommitted');
    const starts = await admin.listOffsets(partitions, 'earliest');
    return Promise.all(
      [...topics].map(([store, topic]) => {
        const description = descriptions.get(topic);
        if (!description) throw internal('CHANGELOG_MISSING', `changelog topic "${topic}" does not exist`, { store });
        return this.#changelog(owned, state, store, description, starts, ends);
      }),
    );
  }

  /** Where a store stands in its changelog. A position that the log cannot confirm is given up, and the store with it. */
  async #changelog(
    owned: OwnedTask,
    state: TaskState,
    store: string,
    description: TopicDescription,
    starts: OffsetMap,
    ends: OffsetMap,
  ): Promise<StoreChangelog> {
    const { partition, subTopology } = owned.plan;
    const { name: topic, topicId, leaderEpochs } = description;
    const key = partitionKey({ topic, partition });
    const [start, end] = [starts.get(key) ?? 0, ends.get(key) ?? 0];
    const isInput = subTopology.sourceChangelogs.has(store);
    const stored = state.changelogPosition(store);
    const usable = stored?.topicId === topicId && stored.offset <= end && stored.offset >= start;
    if (stored && !usable) {
      const facts = { task: owned.id, store, topic, partition, stored, topicId, logStart: start, logEnd: end };
      this.options.log.warn(facts, 'the stored position is not in the changelog: rebuilding the store');
      await state.wipe(store);
    }
    return {
      store,
      topic,
      partition,
      topicId,
      leaderEpoch: leaderEpochs[partition] ?? -1,
      isInput,
      offset: stored && usable ? stored.offset : start,
      // of a topic that the task itself reads, only what it has processed belongs to its state
      endOffset: isInput ? Math.min(end, owned.committed.get(key)?.offset ?? start) : end,
    };
  }

  #makeTask(owned: OwnedTask, state: TaskState, context: TaskContext, facts: OpeningFacts): StreamTask {
    const { applicationId, plan, records, errorPolicies, maxTaskIdleMs, clock, metrics, globalStores } = this.options;
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
      cacheMaxBytes: this.#cacheShare(facts.taskCount),
      errorPolicies,
      maxTaskIdleMs,
      clock,
      metrics,
      log: this.options.log, // its lines name the task themselves
    });
  }
}

function isCorrupted(error: unknown): boolean {
  return error instanceof MillraceError && error.code === 'STATE_CORRUPTED';
}

function givenUp(owned: OwnedTask): boolean {
  return owned.cancellation.aborted;
}

/** A commit that was prepared before a crash counts if the group has its offsets. */
async function settlePrepared(owned: OwnedTask, state: TaskState): Promise<void> {
  const prepared = state.preparedInputs;
  if (!prepared) return;
  const committed = [...prepared].every(([key, offset]) => owned.committed.get(key)?.offset === offset);
  await state.settlePrepared(committed);
}
