import type {
  CreatePartitionsRequest,
  CreatePartitionsResponse,
  CreateTopicsRequest,
  CreateTopicsResponse,
  DeleteGroupsRequest,
  DeleteGroupsResponse,
  DeleteRecordsRequest,
  DeleteRecordsResponse,
  DeleteTopicsRequest,
  DeleteTopicsResponse,
  DescribeConfigsRequest,
  DescribeConfigsResponse,
  DescribeGroupsRequest,
  DescribeGroupsResponse,
  ListGroupsRequest,
  ListGroupsResponse,
} from './admin-protocol.js';
import type { TopicPartition } from './topic-partition.js';

/**
 * The requests of Kafka's protocol that Millrace uses, as version-independent objects. A transport carries them: the
 * Kafka transport encodes each at the highest version both sides know, the embedded broker answers them in process.
 *
 * Field names are Kafka's. Offsets, timestamps and epochs are numbers (exact below 2^53); producer ids are bigint.
 * `errorCode` is Kafka's number (see error-codes.ts), 0 for none; a transport throws only when no answer came.
 */

export type { TopicPartition } from './topic-partition.js';

// -- cluster ---------------------------------------------------------------------------------------------------------

export interface MetadataRequest {
  /** Topics asked for; null for all. */
  readonly topics: readonly string[] | null;
}
export interface MetadataResponse {
  readonly brokers: readonly { readonly nodeId: number; readonly host: string; readonly port: number }[];
  readonly clusterId: string | null;
  readonly controllerId: number;
  readonly topics: readonly {
    readonly errorCode: number;
    readonly name: string;
    /** Hex of the topic's UUID; all zeros if the broker has none. */
    readonly topicId: string;
    readonly internal: boolean;
    readonly partitions: readonly {
      readonly errorCode: number;
      readonly partition: number;
      readonly leader: number;
      readonly leaderEpoch: number;
      readonly replicas: readonly number[];
      readonly isr: readonly number[];
    }[];
  }[];
}

export interface FindCoordinatorRequest {
  readonly key: string;
  readonly keyType: 'group' | 'transaction';
}
export interface FindCoordinatorResponse {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly nodeId: number;
}

// -- data path -------------------------------------------------------------------------------------------------------

export interface FetchRequest {
  readonly isolation: Isolation;
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly partitions: readonly (TopicPartition & {
    readonly fetchOffset: number;
    readonly maxBytes: number;
    /** -1 when unknown. */
    readonly currentLeaderEpoch: number;
  })[];
}
export type Isolation = 'read_committed' | 'read_uncommitted';

export interface FetchResponse {
  readonly errorCode: number;
  readonly partitions: readonly (TopicPartition & {
    readonly errorCode: number;
    readonly highWatermark: number;
    readonly lastStableOffset: number;
    readonly logStartOffset: number;
    /** Aborted transactions of this response, in no order; only under read_committed. */
    readonly abortedTransactions: readonly { readonly producerId: bigint; readonly firstOffset: number }[];
    /** Record batches, version 2, back to back; the last may be cut short. Empty when there is nothing. */
    readonly records: Buffer;
  })[];
}

export interface ListOffsetsRequest {
  readonly isolation: Isolation;
  readonly partitions: readonly (TopicPartition & {
    /** Milliseconds, or 'earliest' | 'latest' (-2, -1). */
    readonly timestamp: number | 'earliest' | 'latest';
  })[];
}
export interface ListOffsetsResponse {
  readonly partitions: readonly (TopicPartition & {
    readonly errorCode: number;
    /** -1 when no record is that young. */
    readonly offset: number;
    readonly timestamp: number;
    readonly leaderEpoch: number;
  })[];
}

export interface ProduceRequest {
  readonly transactionalId: string | null;
  readonly acks: -1 | 0 | 1;
  readonly timeoutMs: number;
  /** Each `records` is one record batch, version 2. */
  readonly partitions: readonly (TopicPartition & { readonly records: Buffer })[];
}
export interface ProduceResponse {
  readonly partitions: readonly (TopicPartition & {
    readonly errorCode: number;
    readonly errorMessage: string | null;
    readonly baseOffset: number;
    readonly logStartOffset: number;
  })[];
}

// -- transactions ----------------------------------------------------------------------------------------------------

export interface InitProducerIdRequest {
  /** Null for an idempotent producer without transactions. */
  readonly transactionalId: string | null;
  readonly transactionTimeoutMs: number;
  /** -1n and -1 for a new session; the current ones to recover after an unknown outcome. */
  readonly producerId: bigint;
  readonly producerEpoch: number;
}
export interface InitProducerIdResponse {
  readonly errorCode: number;
  readonly producerId: bigint;
  readonly producerEpoch: number;
}
/** Older protocol only (transaction.version below 2). */
export interface AddPartitionsToTxnRequest {
  readonly transactionalId: string;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly partitions: readonly TopicPartition[];
}
export interface AddPartitionsToTxnResponse {
  readonly partitions: readonly (TopicPartition & { readonly errorCode: number })[];
}
/** Older protocol only (transaction.version below 2). */
export interface AddOffsetsToTxnRequest {
  readonly transactionalId: string;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly groupId: string;
}
export interface AddOffsetsToTxnResponse {
  readonly errorCode: number;
}
export interface TxnOffsetCommitRequest {
  readonly transactionalId: string;
  readonly groupId: string;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly generationId: number;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly offsets: readonly OffsetToCommit[];
}
export interface OffsetToCommit extends TopicPartition {
  readonly offset: number;
  readonly leaderEpoch: number;
  readonly metadata: string;
}
export interface TxnOffsetCommitResponse {
  readonly partitions: readonly (TopicPartition & { readonly errorCode: number })[];
}
export interface EndTxnRequest {
  readonly transactionalId: string;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly committed: boolean;
}
export interface EndTxnResponse {
  readonly errorCode: number;
  /** Under transaction.version 2 the id and epoch of the next transaction; else those of the request. */
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

// -- groups ----------------------------------------------------------------------------------------------------------

export interface JoinGroupRequest {
  readonly groupId: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  /** Empty at the first join. */
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly protocolType: string;
  readonly protocols: readonly { readonly name: string; readonly metadata: Buffer }[];
  readonly reason: string;
}
export interface JoinGroupResponse {
  readonly errorCode: number;
  readonly generationId: number;
  readonly protocolName: string | null;
  readonly leader: string;
  /** Static leaders that must keep the assignment (JoinGroup v9). */
  readonly skipAssignment: boolean;
  readonly memberId: string;
  /** Filled for the leader only. */
  readonly members: readonly {
    readonly memberId: string;
    readonly groupInstanceId: string | null;
    readonly metadata: Buffer;
  }[];
}
export interface SyncGroupRequest {
  readonly groupId: string;
  readonly generationId: number;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly protocolType: string;
  readonly protocolName: string;
  readonly assignments: readonly { readonly memberId: string; readonly assignment: Buffer }[];
}
export interface SyncGroupResponse {
  readonly errorCode: number;
  readonly assignment: Buffer;
}
export interface HeartbeatRequest {
  readonly groupId: string;
  readonly generationId: number;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
}
export interface HeartbeatResponse {
  readonly errorCode: number;
}
export interface LeaveGroupRequest {
  readonly groupId: string;
  readonly members: readonly {
    readonly memberId: string;
    readonly groupInstanceId: string | null;
    readonly reason: string;
  }[];
}
export interface LeaveGroupResponse {
  readonly errorCode: number;
  readonly members: readonly { readonly memberId: string; readonly errorCode: number }[];
}
export interface OffsetCommitRequest {
  readonly groupId: string;
  /** -1 with an empty member id outside a group. */
  readonly generationId: number;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly offsets: readonly OffsetToCommit[];
}
export interface OffsetCommitResponse {
  readonly partitions: readonly (TopicPartition & { readonly errorCode: number })[];
}
export interface OffsetFetchRequest {
  readonly groupId: string;
  /** Null for all partitions of the group. */
  readonly partitions: readonly TopicPartition[] | null;
  readonly requireStable: boolean;
}
export interface OffsetFetchResponse {
  readonly errorCode: number;
  readonly partitions: readonly (TopicPartition & {
    readonly errorCode: number;
    /** -1 when nothing is committed. */
    readonly offset: number;
    readonly leaderEpoch: number;
    readonly metadata: string;
  })[];
}

/** Every request by its Kafka name. */
export interface Apis {
  Metadata: [MetadataRequest, MetadataResponse];
  FindCoordinator: [FindCoordinatorRequest, FindCoordinatorResponse];
  Fetch: [FetchRequest, FetchResponse];
  ListOffsets: [ListOffsetsRequest, ListOffsetsResponse];
  Produce: [ProduceRequest, ProduceResponse];
  InitProducerId: [InitProducerIdRequest, InitProducerIdResponse];
  AddPartitionsToTxn: [AddPartitionsToTxnRequest, AddPartitionsToTxnResponse];
  AddOffsetsToTxn: [AddOffsetsToTxnRequest, AddOffsetsToTxnResponse];
  TxnOffsetCommit: [TxnOffsetCommitRequest, TxnOffsetCommitResponse];
  EndTxn: [EndTxnRequest, EndTxnResponse];
  JoinGroup: [JoinGroupRequest, JoinGroupResponse];
  SyncGroup: [SyncGroupRequest, SyncGroupResponse];
  Heartbeat: [HeartbeatRequest, HeartbeatResponse];
  LeaveGroup: [LeaveGroupRequest, LeaveGroupResponse];
  OffsetCommit: [OffsetCommitRequest, OffsetCommitResponse];
  OffsetFetch: [OffsetFetchRequest, OffsetFetchResponse];
  CreateTopics: [CreateTopicsRequest, CreateTopicsResponse];
  DeleteTopics: [DeleteTopicsRequest, DeleteTopicsResponse];
  DeleteRecords: [DeleteRecordsRequest, DeleteRecordsResponse];
  DescribeConfigs: [DescribeConfigsRequest, DescribeConfigsResponse];
  DeleteGroups: [DeleteGroupsRequest, DeleteGroupsResponse];
  ListGroups: [ListGroupsRequest, ListGroupsResponse];
  DescribeGroups: [DescribeGroupsRequest, DescribeGroupsResponse];
  CreatePartitions: [CreatePartitionsRequest, CreatePartitionsResponse];
}
export type ApiName = keyof Apis;
export type RequestOf<A extends ApiName> = Apis[A][0];
export type ResponseOf<A extends ApiName> = Apis[A][1];
