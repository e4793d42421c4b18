import type {
  BrokerClient,
  CommittedOffset,
  GroupDescription,
  OffsetMap,
  TopicDescription,
} from '../../broker/client/client.js';
import type { TaskPlan } from '../../runtime/assignment/task-plan.js';
import { sampleChangelogs, type SampledRecord } from './sample-changelogs.js';

/** What the broker knows of an application, whichever program ran it. */
export interface ApplicationFacts {
  /** Undefined when there is no group of its id. */
  readonly group: GroupDescription | undefined;
  /** Every topic of the cluster. */
  readonly topics: ReadonlyMap<string, TopicDescription>;
  /** Configs of its internal topics that the topology knows and that exist. */
  readonly configs: ReadonlyMap<string, Readonly<Record<string, string | null>>>;
  /** What its group has committed, by `topic-partition`. */
  readonly committed: ReadonlyMap<string, CommittedOffset>;
  /** First offset of each committed partition that exists. */
  readonly starts: OffsetMap;
  /** High watermark of each committed partition that exists. */
  readonly ends: OffsetMap;
  /** The last records of the changelogs that the topology knows, by topic. */
  readonly samples: ReadonlyMap<string, readonly SampledRecord[]>;
}

/** Reads the facts; changes nothing, and waits for no transaction. */
export async function readApplicationFacts(plan: TaskPlan, client: BrokerClient): Promise<ApplicationFacts> {
  const { admin } = client;
  const [group, topics, committed] = await Promise.all([
    admin.describeGroup(plan.applicationId),
    admin.describeTopics(),
    admin.committedOffsets(plan.applicationId, 'all'),
  ]);
  const internal = plan.topology.internalTopics(plan.applicationId).map(({ name }) => name);
  const inLog = [...committed.values()].filter(({ topic, partition }) => partition < partitionsOf(topics, topic));
  const [configs, starts, ends, samples] = await Promise.all([
    admin.describeTopicConfigs(internal.filter((name) => topics.has(name))),
    admin.listOffsets(inLog, 'earliest'),
    admin.listOffsets(inLog, 'latest'),
    sampleChangelogs(client, changelogs(plan), topics),
  ]);
  return { group, topics, configs, committed, starts, ends, samples };
}

/** Every changelog that the topology restores a store from, a source topic among them. */
function changelogs(plan: TaskPlan): readonly string[] {
  return plan.topology.subTopologies.flatMap((sub) =>
    sub.stores.flatMap(({ name }) => plan.changelogOf(sub, name) ?? []),
  );
}

function partitionsOf(topics: ReadonlyMap<string, TopicDescription>, topic: string): number {
  return topics.get(topic)?.partitions ?? 0;
}
