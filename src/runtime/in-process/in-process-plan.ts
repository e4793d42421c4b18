import { TaskPlan, type PlannedTask } from '../assignment/task-plan.js';
import { sizeTopics } from '../internal-topics.js';
import type { InProcessTaskOptions } from './in-process-options.js';
import { inOrderOfRecords } from './sub-topology-order.js';

/** The tasks of a topology without a broker. Every thread that makes it from the same options has the same. */
export interface InProcessPlan {
  readonly plan: TaskPlan;
  readonly partitionsOf: (topic: string) => number;
  /** All that there are. */
  readonly taskCount: number;
  /** By sub-topology, each behind those that write what it reads. */
  readonly processing: readonly (readonly PlannedTask[])[];
  readonly sinks: readonly PlannedTask[];
}

/** @throws MillraceError `TOPICS_NOT_COPARTITIONED`, `INTERNAL_TOPIC_PARTITIONS` */
export function planInProcess(options: InProcessTaskOptions): InProcessPlan {
  const { applicationId, topology, inputPartitions, outputPartitions } = options;
  const plan = new TaskPlan(applicationId, topology);
  const existing = [...inputPartitions].map(([topic, partitions]) => [topic, { partitions }] as const);
  const { counts } = sizeTopics(plan, new Map(existing));
  const planned = plan.tasks(counts);
  const bySubTopology = inOrderOfRecords(plan).map((subTopology) => ({
    sink: subTopology.connector !== undefined,
    tasks: planned.filter((task) => task.subTopology === subTopology),
  }));
  return {
    plan,
    partitionsOf: (topic) => counts.get(topic) ?? inputPartitions.get(topic) ?? outputPartitions(topic),
    taskCount: planned.length,
    processing: bySubTopology.filter(({ sink }) => !sink).map(({ tasks }) => tasks),
    sinks: bySubTopology.filter(({ sink }) => sink).flatMap(({ tasks }) => tasks),
  };
}
