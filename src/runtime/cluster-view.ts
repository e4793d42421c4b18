import type { AssignmentData } from './assignment/user-data.js';

/** One instance of an application, as the group knows it. */
export interface ClusterMember {
  readonly instanceId: string;
  /** `host:port` of its gRPC server; undefined: it has not told, or has none. */
  readonly endpoint?: string;
  /** `host:port` of its HTTP server. */
  readonly httpEndpoint?: string;
  /** Tasks that it runs, or is about to. */
  readonly active: readonly string[];
  /** Tasks of which it keeps a standby or warm-up replica. */
  readonly standby: readonly string[];
}

/** Who runs what, as of the last assignment (Kafka Streams' `KafkaStreams#metadataForAllStreamsClients`). */
export interface ClusterView {
  /** Partitions of each input topic; tasks follow from these. */
  readonly partitions: Readonly<Record<string, number>>;
  /** Ordered by instance id. In a group too large for its record on the broker this instance alone. */
  readonly members: readonly ClusterMember[];
}

/** What an assignment tells of the whole group. */
export function clusterView({ partitions, instances }: Pick<AssignmentData, 'partitions' | 'instances'>): ClusterView {
  const members = Object.entries(instances).map(([instanceId, { warmup, standby, ...rest }]) => ({
    ...rest,
    instanceId,
    standby: [...standby, ...warmup],
  }));
  return { partitions, members: members.sort((a, b) => (a.instanceId < b.instanceId ? -1 : 1)) };
}
