import type { TopicPartition } from '../broker/client/protocol.js';
import { resolveTopic, type BuiltTopology, type SourceNode, type SubTopology } from '../topology/node.js';

/** A task to be made: what it runs and reads. */
export interface PlannedTask {
  readonly id: string;
  readonly partition: number;
  readonly subTopologies: readonly SubTopology[];
  readonly inputs: readonly TopicPartition[];
  readonly patterns: readonly RegExp[];
}

/** Which tasks a test driver runs, and how many partitions each topic has. */
export interface DriverPlan {
  readonly tasks: readonly PlannedTask[];
  partitionsOf(topic: string): number;
}

/** One task `0_0` for all sub-topologies and one partition per topic, as in Kafka Streams' own driver. */
export function planSingleTask(topology: BuiltTopology, applicationId: string): DriverPlan {
  const merged = mergeSubTopologies(topology);
  const inputs = topicsOf(topology, [merged], applicationId).map((topic) => ({ topic, partition: 0 }));
  const task = { id: '0_0', partition: 0, subTopologies: [merged], inputs, patterns: patternsOf([merged]) };
  return { tasks: merged.nodes.length === 0 ? [] : [task], partitionsOf: () => 1 };
}

/** All sub-topologies as one. Nodes are in the order they were added, since that is the order of `init`. */
function mergeSubTopologies(topology: BuiltTopology): SubTopology {
  const subTopologies = withoutSinks(topology);
  const { nodeOrder } = topology;
  const nodes = subTopologies
    .flatMap((subTopology) => subTopology.nodes)
    .toSorted((left, right) => nodeOrder.indexOf(left.name) - nodeOrder.indexOf(right.name));
  const stores = new Map(subTopologies.flatMap((sub) => sub.stores.map((store) => [store.name, store])));
  const storeNames = new Set(nodes.flatMap((node) => (node.kind === 'processor' ? node.stores : [])));
  return {
    id: 0,
    nodes,
    stores: [...storeNames].map((name) => stores.get(name)).filter((store) => store !== undefined),
    repartitionTopics: subTopologies.flatMap((sub) => sub.repartitionTopics),
    sourceChangelogs: new Map(subTopologies.flatMap((sub) => [...sub.sourceChangelogs])),
    copartitionGroups: subTopologies.flatMap((sub) => sub.copartitionGroups),
  };
}

/** One task per sub-topology and partition, as in production. */
export function planTasks(topology: BuiltTopology, applicationId: string, partitions: number): DriverPlan {
  const fixed = fixedPartitions(topology, applicationId);
  const partitionsOf = (topic: string): number => fixed.get(topic) ?? partitions;
  const tickTopics = tickTopicsOf(topology, applicationId);
  const tasks = withoutSinks(topology).flatMap((subTopology) => {
    const topics = topicsOf(topology, [subTopology], applicationId);
    const patterns = patternsOf([subTopology]);
    const ofRecords = topics.filter((topic) => !tickTopics.has(topic));
    const count = Math.max(...ofRecords.map(partitionsOf), patterns.length > 0 ? partitions : 0);
    for (const topic of topics) if (tickTopics.has(topic)) fixed.set(topic, count);
    return Array.from({ length: count }, (_, partition) => ({
      id: `${String(subTopology.id)}_${String(partition)}`,
      partition,
      subTopologies: [subTopology],
      inputs: topics.filter((topic) => partition < partitionsOf(topic)).map((topic) => ({ topic, partition })),
      patterns,
    }));
  });
  return { tasks, partitionsOf };
}

/** A driver runs no tasks for sinks: it keeps what they would be given. */
function withoutSinks({ subTopologies }: BuiltTopology): readonly SubTopology[] {
  return subTopologies.filter(({ connector }) => connector === undefined);
}

function sourcesOf(subTopologies: readonly SubTopology[]): SourceNode[] {
  return subTopologies.flatMap(({ nodes }) => nodes.filter((node) => node.kind === 'source'));
}

function topicsOf(topology: BuiltTopology, subTopologies: readonly SubTopology[], applicationId: string): string[] {
  const internal = new Set(topology.subTopologies.flatMap((sub) => sub.repartitionTopics.map(({ name }) => name)));
  const topics = sourcesOf(subTopologies).flatMap((source) => source.topics);
  return [...new Set(topics.map((topic) => resolveTopic(applicationId, topic, internal)))];
}

function patternsOf(subTopologies: readonly SubTopology[]): RegExp[] {
  return sourcesOf(subTopologies).flatMap(({ pattern }) => (pattern === undefined ? [] : [pattern]));
}

function tickTopicsOf({ subTopologies }: BuiltTopology, applicationId: string): ReadonlySet<string> {
  const topics = subTopologies.flatMap(({ repartitionTopics }) => repartitionTopics.filter(({ ticks }) => ticks));
  return new Set(topics.map(({ name }) => `${applicationId}-${name}`));
}

function fixedPartitions(topology: BuiltTopology, applicationId: string): Map<string, number> {
  const fixed = new Map<string, number>();
  for (const { repartitionTopics } of topology.subTopologies) {
    for (const { name, partitions } of repartitionTopics) {
      if (partitions !== undefined) fixed.set(`${applicationId}-${name}`, partitions);
    }
  }
  return fixed;
}
