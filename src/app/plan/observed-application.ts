import type { BrokerClient } from '../../broker/client/client.js';
import { CatalogTopic, type CatalogEntry } from '../../runtime/state-catalog/catalog-topic.js';

/** A topic of the broker. */
export interface ObservedTopic {
  readonly partitions: number;
  /** Of topics whose names begin with the application's id; else empty. */
  readonly configs: Readonly<Record<string, string | null>>;
}

/** What a broker has of an application. All of it is JSON. */
export interface ObservedApplication {
  readonly application: string;
  /** Members of its group. */
  readonly members: number;
  /** Every topic there is, by name. */
  readonly topics: Readonly<Record<string, ObservedTopic>>;
  /** Topics for which the group has committed. */
  readonly committed: readonly string[];
  /** What its state catalog holds; undefined: it has none. */
  readonly catalog?: readonly CatalogEntry[];
}

/** What tells of applications, on Kafka or on an embedded log. */
export type ApplicationObserver = (applicationId: string) => Promise<ObservedApplication>;

/** Looks at the topics and the group of an application. */
export async function observeApplication(client: BrokerClient, applicationId: string): Promise<ObservedApplication> {
  const { admin } = client;
  const group = await admin.describeGroup(applicationId);
  const committed = await admin.committedOffsets(applicationId, 'all');
  const topics = await admin.describeTopics();
  const own = [...topics.keys()].filter((name) => name.startsWith(`${applicationId}-`));
  const configs =
    own.length === 0 ? new Map<string, ObservedTopic['configs']>() : await admin.describeTopicConfigs(own);
  const catalog = new CatalogTopic({ client, applicationId });
  return {
    application: applicationId,
    members: group?.members.length ?? 0,
    topics: Object.fromEntries(
      [...topics].map(([name, { partitions }]) => [name, { partitions, configs: configs.get(name) ?? {} }]),
    ),
    committed: [...new Set([...committed.values()].map(({ topic }) => topic))].sort(),
    ...(topics.has(catalog.name) && { catalog: await catalog.read() }),
  };
}
