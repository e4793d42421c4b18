import { TaskPlan } from '../../runtime/assignment/task-plan.js';
import type { BuiltTopology } from '../../topology/node.js';
import type { PartitionLag } from './application-lag.js';

/** How far behind a sub-topology is. */
export interface SubTopologyLag {
  /** Its number; null stands for topics that the topology does not read: those of another build of it. */
  readonly sub_topology: number | null;
  readonly topics: readonly string[];
  readonly partitions: number;
  /** Sum over the partitions. */
  readonly lag: number;
}

/** The topics that a topology reads and names, under the names that they have on the broker. */
export function namedTopics(applicationId: string, topology: BuiltTopology): readonly string[] {
  return new TaskPlan(applicationId, topology).allSourceTopics([]);
}

/** Sums the lag of each sub-topology, in the order of their numbers. */
export function lagBySubTopology(
  applicationId: string,
  topology: BuiltTopology,
  partitions: readonly PartitionLag[],
): readonly SubTopologyLag[] {
  const plan = new TaskPlan(applicationId, topology);
  const topics = new Set(partitions.map(({ topic }) => topic));
  const left = new Set(topics);
  const sums = topology.subTopologies.map((sub): SubTopologyLag => {
    const read = plan.sourceTopics(sub, topics);
    for (const topic of read) left.delete(topic);
    return sumOf(sub.id, read, partitions);
  });
  return left.size === 0 ? sums : [...sums, sumOf(null, [...left], partitions)];
}

function sumOf(id: number | null, topics: readonly string[], partitions: readonly PartitionLag[]): SubTopologyLag {
  const own = partitions.filter(({ topic }) => topics.includes(topic));
  return { sub_topology: id, topics, partitions: own.length, lag: own.reduce((sum, { lag }) => sum + lag, 0) };
}
