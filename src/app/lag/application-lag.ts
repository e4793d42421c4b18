import { partitionKey, type BrokerClient, type GroupDescription } from '../../broker/client/client.js';
import { decodeAssignment } from '../../broker/client/consumer-protocol.js';
import type { TopicPartition } from '../../broker/client/protocol.js';
import { MillraceError } from '../../util/errors.js';

/** Whose lag is asked for. */
export interface LagRequest {
  readonly applicationId: string;
  /** Topics to tell of although nothing is committed for them yet; those that do not exist are left out. */
  readonly topics: readonly string[];
}

/** How far behind its end a partition is. */
export interface PartitionLag extends TopicPartition {
  /** The next offset to be processed after a restart; null: none is committed. */
  readonly committed: number | null;
  /** The offset after the last record. */
  readonly end: number;
  /** Offsets from the committed one, or without such from the start of the log, to the end. */
  readonly lag: number;
  /** The member that reads it, by its instance id or, without one, its member id; null: nobody, or it is being settled. */
  readonly member: string | null;
  /** Where that member runs, as the broker sees it. */
  readonly host: string | null;
}

/** How far behind an application is. All of it is JSON. */
export interface ApplicationLag {
  readonly application: string;
  /** State of its group, in Kafka's words: `Stable`, `Empty`, `PreparingRebalance`, ... */
  readonly state: string;
  /** By topic and partition: each that the group has committed for, and each of the topics asked for. */
  readonly partitions: readonly PartitionLag[];
}

/** What tells the lag of applications, on Kafka or on the embedded log of a running process. */
export type LagReader = (request: LagRequest) => Promise<ApplicationLag>;

/**
 * Reads the lag of an application of Millrace or Kafka Streams, or of any group of consumers, from its broker.
 * @throws MillraceError `GROUP_UNKNOWN` when the broker knows no such group, and no topics are asked for
 */
export async function applicationLag(client: BrokerClient, request: LagRequest): Promise<ApplicationLag> {
  const { admin } = client;
  const { applicationId, topics } = request;
  const group = await admin.describeGroup(applicationId);
  const committed = await admin.committedOffsets(applicationId, 'all');
  if (committed.size === 0 && topics.length === 0 && (group?.members.length ?? 0) === 0)
    throw unknownGroup(applicationId);
  const names = new Set([...topics, ...[...committed.values()].map(({ topic }) => topic)]);
  const partitions = await partitionsOf(client, [...names].sort());
  const starts = await admin.listOffsets(partitions, 'earliest');
  const ends = await admin.listOffsets(partitions, 'latest');
  const owners = ownersOf(group);
  return {
    application: applicationId,
    state: group?.state ?? 'Dead',
    partitions: partitions.map(({ topic, partition }) => {
      const key = partitionKey({ topic, partition });
      const offset = committed.get(key)?.offset ?? null;
      const end = ends.get(key) ?? 0;
      const lag = Math.max(0, end - (offset ?? starts.get(key) ?? 0));
      return { topic, partition, committed: offset, end, lag, ...(owners.get(key) ?? NOBODY) };
    }),
  };
}

type Owner = Pick<PartitionLag, 'member' | 'host'>;

const NOBODY: Owner = { member: null, host: null };

function ownersOf(group: GroupDescription | undefined): ReadonlyMap<string, Owner> {
  const owners = new Map<string, Owner>();
  if (group?.protocolType !== 'consumer') return owners;
  for (const { memberId, groupInstanceId, clientHost, assignment } of group.members) {
    const owner = { member: groupInstanceId ?? memberId, host: clientHost };
    for (const partition of decodeAssignment(assignment).partitions) owners.set(partitionKey(partition), owner);
  }
  return owners;
}

async function partitionsOf({ admin }: BrokerClient, topics: readonly string[]): Promise<readonly TopicPartition[]> {
  const found = await admin.describeTopics(topics);
  return topics.flatMap((topic) =>
    Array.from({ length: found.get(topic)?.partitions ?? 0 }, (_, partition) => ({ topic, partition })),
  );
}

function unknownGroup(applicationId: string): MillraceError {
  return new MillraceError({
    code: 'GROUP_UNKNOWN',
    kind: 'invalid',
    message: `the broker knows no application "${applicationId}": it has no members, and nothing is committed for it`,
    hint: 'Check the id, and which brokers (--brokers) or process (--host, --http-port) are asked.',
    context: { application: applicationId },
  });
}
