import { partitionKey } from '../../broker/client/client.js';
import type { TopicPartition } from '../../broker/client/protocol.js';
import {
  changelogTopic,
  resolveTopic,
  type BuiltTopology,
  type OffsetReset,
  type SubTopology,
} from '../../topology/node.js';

/** Partition counts by topic on the broker. */
export type PartitionCounts = ReadonlyMap<string, number>;

/** One task: a sub-topology on one partition number, and the input partitions it reads. */
export interface PlannedTask {
  /** `<sub-topology>_<partition>`. */
  readonly id: string;
  readonly subTopology: SubTopology;
  readonly partition: number;
  readonly inputs: readonly TopicPartition[];
}

/** A topology under the names it has on the broker for one application. */
export class TaskPlan {
  /** Names of repartition topics, and of topics of ticks, as the topology declares them. */
  readonly repartitionNames: ReadonlySet<string>;
  readonly #internalTopics: ReadonlySet<string>;
  readonly #tickTopics: ReadonlySet<string>;

  constructor(
    readonly applicationId: string,
    readonly topology: BuiltTopology,
  ) {
    this.repartitionNames = new Set(
      topology.subTopologies.flatMap((sub) => sub.repartitionTopics.map((topic) => topic.name)),
    );
    const tickTopics = topology.subTopologies.flatMap((sub) => sub.repartitionTopics.filter(({ ticks }) => ticks));
    this.#tickTopics = new Set(tickTopics.map(({ name }) => this.resolve(name)));
    this.#internalTopics = new Set([...this.repartitionNames].map((name) => this.resolve(name)));
  }

  /** The broker's name of a topic that a node names. */
  resolve(topic: string): string {
    return resolveTopic(this.applicationId, topic, this.repartitionNames);
  }

  /** Whether a topic of the broker is an input that this application makes and writes itself. */
  isInternal(topic: string): boolean {
    return this.#internalTopics.has(topic);
  }

  /** Whether a topic of the broker is a repartition topic of this application: its records are read once. */
  isRepartition(topic: string): boolean {
    return this.isInternal(topic) && !this.isTicks(topic);
  }

  /** Whether a topic of the broker holds ticks of this application. */
  isTicks(topic: string): boolean {
    return this.#tickTopics.has(topic);
  }

  /** Input topics of a sub-topology on the broker; those of patterns among `existing`. */
  sourceTopics(sub: SubTopology, existing: Iterable<string>): readonly string[] {
    const topics = new Set<string>();
    for (const node of sub.nodes) {
      if (node.kind !== 'source') continue;
      for (const topic of node.topics) topics.add(this.resolve(topic));
      if (node.pattern) for (const name of existing) if (matches(node.pattern, name)) topics.add(name);
    }
    return [...topics].sort();
  }

  /** Every input topic of the application. */
  allSourceTopics(existing: Iterable<string>): readonly string[] {
    const names = [...existing];
    return [...new Set(this.topology.subTopologies.flatMap((sub) => this.sourceTopics(sub, names)))].sort();
  }

  get hasPatterns(): boolean {
    return this.topology.subTopologies.some((sub) => sub.nodes.some((node) => node.kind === 'source' && node.pattern));
  }

  /** The topic a store is rebuilt from; undefined without logging. */
  changelogOf(sub: SubTopology, storeName: string): string | undefined {
    const source = sub.sourceChangelogs.get(storeName);
    if (source !== undefined) return this.resolve(source);
    const store = sub.stores.find(({ name }) => name === storeName);
    return store === undefined || store.logging === false ? undefined : changelogTopic(this.applicationId, storeName);
  }

  /** What the source of a topic says of starting without a committed offset; repartition topics start at their beginning. */
  offsetReset(sub: SubTopology, topic: string): OffsetReset | undefined {
    for (const node of sub.nodes) {
      if (node.kind !== 'source') continue;
      if (node.topics.some((name) => this.repartitionNames.has(name) && this.resolve(name) === topic))
        return 'earliest';
      const reads = node.topics.some((name) => this.resolve(name) === topic);
      if (reads || (node.pattern && matches(node.pattern, topic))) return node.offsetReset;
    }
    return undefined;
  }

  /** Topics that sinks write to by a fixed name. */
  sinkTopics(): readonly string[] {
    const topics = new Set<string>();
    for (const { nodes } of this.topology.subTopologies) {
      for (const node of nodes)
        if (node.kind === 'sink' && typeof node.topic === 'string') topics.add(this.resolve(node.topic));
    }
    return [...topics];
  }

  /** As many tasks per sub-topology as its widest input has partitions. */
  tasks(counts: PartitionCounts): readonly PlannedTask[] {
    return this.topology.subTopologies.flatMap((sub) => {
      const topics = this.sourceTopics(sub, counts.keys());
      return Array.from({ length: taskCount(topics, counts) }, (_, partition) => ({
        id: `${sub.id}_${partition}`,
        subTopology: sub,
        partition,
        inputs: topics
          .filter((topic) => partition < (counts.get(topic) ?? 0))
          .map((topic): TopicPartition => ({ topic, partition })),
      }));
    });
  }

  /** Tasks all of whose inputs are among the partitions. */
  tasksOf(partitions: readonly TopicPartition[], counts: PartitionCounts): readonly PlannedTask[] {
    const owned = new Set(partitions.map(partitionKey));
    return this.tasks(counts).filter((task) => task.inputs.every((input) => owned.has(partitionKey(input))));
  }
}

/** The number of tasks of a sub-topology that reads these topics. */
export function taskCount(topics: readonly string[], counts: PartitionCounts): number {
  return topics.reduce((most, topic) => Math.max(most, counts.get(topic) ?? 0), 0);
}

/** Whether a pattern covers the whole name, as Java's `matches` does. Kafka's own topics never match. */
function matches(pattern: RegExp, name: string): boolean {
  if (name.startsWith('__')) return false;
  return new RegExp(`^(?:${pattern.source})$`, pattern.flags.replace(/[gy]/g, '')).test(name);
}
