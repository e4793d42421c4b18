import { partitionKey, type Admin, type OffsetMap, type TopicDescription } from '../../broker/client/client.js';
import type { Logger } from '../../observability/log.js';
import type { TaskState } from '../../state/task-state.js';
import { internal } from '../../util/errors.js';
import type { PlannedTask, TaskPlan } from '../assignment/task-plan.js';
import type { StoreChangelog } from '../owned-task.js';

/** What the group has committed, by `topic-partition`. */
type Committed = ReadonlyMap<string, { readonly offset: number }>;

/** Finds where the stores of a task stand in their changelogs. */
export class TaskChangelogs {
  constructor(
    private readonly options: {
      readonly plan: TaskPlan;
      readonly admin: Pick<Admin, 'describeTopics' | 'listOffsets'>;
      readonly log: Logger;
    },
  ) {}

  /** A position that the log cannot confirm is given up, and what the store holds with it. */
  async locate(task: PlannedTask, state: TaskState, committed: Committed): Promise<readonly StoreChangelog[]> {
    const { admin, plan } = this.options;
    const { subTopology, partition } = task;
    const topics = new Map<string, string>();
    for (const { name } of subTopology.stores) {
      const topic = plan.changelogOf(subTopology, name);
      if (topic !== undefined) topics.set(name, topic);
    }
    if (topics.size === 0) return [];
    const partitions = [...topics.values()].map((topic) => ({ topic, partition }));
    const [descriptions, ends, starts] = await Promise.all([
      admin.describeTopics([...topics.values()]),
      admin.listOffsets(partitions, 'latest', 'read_uncommitted'),
      admin.listOffsets(partitions, 'earliest'),
    ]);
    return Promise.all(
      [...topics].map(([store, topic]) => {
        const description = descriptions.get(topic);
        if (!description) throw internal('CHANGELOG_MISSING', `changelog topic "${topic}" does not exist`, { store });
        return this.#locateStore(task, state, store, { description, starts, ends, committed });
      }),
    );
  }

  async #locateStore(
    task: PlannedTask,
    state: TaskState,
    store: string,
    { description, starts, ends, committed }: ChangelogFacts,
  ): Promise<StoreChangelog> {
    const { partition, subTopology } = task;
    const { name: topic, topicId, leaderEpochs } = description;
    const key = partitionKey({ topic, partition });
    const [start, end] = [starts.get(key) ?? 0, ends.get(key) ?? 0];
    const isInput = subTopology.sourceChangelogs.has(store);
    const stored = state.changelogPosition(store);
    const usable = stored?.topicId === topicId && stored.offset <= end && stored.offset >= start;
    if (stored && !usable) {
      const facts = { task: task.id, store, topic, partition, stored, topicId, logStart: start, logEnd: end };
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
      endOffset: isInput ? Math.min(end, committed.get(key)?.offset ?? start) : end,
    };
  }
}

interface ChangelogFacts {
  readonly description: TopicDescription;
  readonly starts: OffsetMap;
  readonly ends: OffsetMap;
  readonly committed: Committed;
}
