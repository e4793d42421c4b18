import type { Headers } from '../../util/headers.js';
import type { RecordColumns } from '../record-batch/record-columns.js';
import type { Isolation, OffsetToCommit, TopicPartition } from './protocol.js';

/**
 * What the runtime sees of a broker. One body of code fills these over {@link Transport}; `createBrokerClient` (see
 * broker-client.ts) makes it.
 */
export interface BrokerClient {
  readonly admin: Admin;
  /** A reader of its own; `channel` keeps what may wait apart (tasks: `fetch`; restore, standby, global: `restore`). */
  reader(options: ReaderOptions): Reader;
  /** At most one transactional writer per instance (KIP-447). */
  writer(options: WriterOptions): Writer;
  member(options: MemberOptions): Member;
  close(): Promise<void>;
}

// -- admin -----------------------------------------------------------------------------------------------------------

export interface TopicDescription {
  readonly name: string;
  /** Hex of the topic's UUID. */
  readonly topicId: string;
  readonly partitions: number;
  /** Leader epoch by partition. */
  readonly leaderEpochs: readonly number[];
}

export interface NewTopic {
  readonly name: string;
  readonly partitions: number;
  /** Default -1: the broker's default. */
  readonly replicationFactor?: number;
  readonly configs?: Readonly<Record<string, string>>;
}

export interface CommittedOffset extends TopicPartition {
  readonly offset: number;
  readonly leaderEpoch: number;
  readonly metadata: string;
}

/** A group as its coordinator sees it. */
export interface GroupDescription {
  readonly groupId: string;
  /** `classic`, `consumer` (KIP-848), `streams` (KIP-1071) or `share`. */
  readonly type: string;
  /** Kafka's name: `Empty`, `Stable`, `PreparingRebalance`, `CompletingRebalance`, or one of the other types' states. */
  readonly state: string;
  /** `consumer` for consumers and Kafka Streams; empty for a group that only has offsets. */
  readonly protocolType: string;
  /** The assignor that was agreed upon; empty unless stable. */
  readonly protocolName: string;
  /** Members of a classic group; those of other types are not asked for. */
  readonly members: readonly GroupMemberDescription[];
}

export interface GroupMemberDescription {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  /** What it said when it joined (ConsumerProtocol's subscription); empty unless the group is stable. */
  readonly subscription: Buffer;
  /** What it was given (ConsumerProtocol's assignment); empty unless the group is stable. */
  readonly assignment: Buffer;
}

export interface Admin {
  /** Existing topics among `names` (all if left out); a missing topic is simply not in the map. */
  describeTopics(names?: readonly string[]): Promise<Map<string, TopicDescription>>;
  describeTopicConfigs(names: readonly string[]): Promise<Map<string, Readonly<Record<string, string | null>>>>;
  /** Creates topics and waits until every partition has a leader. A topic that exists already is left as it is. */
  createTopics(topics: readonly NewTopic[]): Promise<void>;
  deleteTopics(names: readonly string[]): Promise<void>;
  createPartitions(topic: string, count: number): Promise<void>;
  /**
   * Offsets by partition: earliest, latest (the high watermark), or of the first record at or after a time (ms); a time
   * after the last record gives the high watermark.
   */
  listOffsets(
    partitions: readonly TopicPartition[],
    at: number | 'earliest' | 'latest',
    isolation?: Isolation,
  ): Promise<OffsetMap>;
  /**
   * Offsets a group has committed; partitions without one are missing. `requireStable` waits for pending transactions
   * (UNSTABLE_OFFSET_COMMIT is retried until `timeoutMs`, 60 s if left out).
   */
  committedOffsets(
    groupId: string,
    partitions: readonly TopicPartition[] | 'all',
    options?: { readonly requireStable?: boolean; readonly timeoutMs?: number },
  ): Promise<Map<string, CommittedOffset>>;
  /** Commits for a group without members (tools, `takeover`); a group with members refuses it. */
  commitOffsets(groupId: string, offsets: readonly OffsetToCommit[]): Promise<void>;
  /** Removes records below the offsets (-1: all); used to purge repartition topics. */
  deleteRecords(offsets: readonly (TopicPartition & { readonly offset: number })[]): Promise<void>;
  deleteGroups(groupIds: readonly string[]): Promise<void>;
  /** A group of any type, with its members if it is a classic one; undefined when there is none of that id. */
  describeGroup(groupId: string): Promise<GroupDescription | undefined>;
  /**
   * Makes members leave a classic group, static ones too (Kafka's `removeMembersFromConsumerGroup`). One that has left is
   * no error; nor is a static one whose place another process took in the meantime: that one stays.
   * @param reason for the broker's log
   */
  removeGroupMembers(
    groupId: string,
    members: readonly Pick<GroupMemberDescription, 'memberId' | 'groupInstanceId'>[],
    reason: string,
  ): Promise<void>;
}

/** Keyed by {@link partitionKey}. */
export type OffsetMap = Map<string, number>;

/** `topic-partition`, Kafka's usual notation; the key of maps by partition. */
export function partitionKey(partition: TopicPartition): string {
  return `${partition.topic}-${partition.partition}`;
}

// -- reader ----------------------------------------------------------------------------------------------------------

export interface ReaderOptions {
  readonly isolation: Isolation;
  readonly channel: 'fetch' | 'restore';
  /** How long the broker may wait for data. Default and most: 100 ms. */
  readonly maxWaitMs?: number;
  /** Default 1 MiB. */
  readonly maxPartitionBytes?: number;
  /** Default 16 MiB. */
  readonly maxBytes?: number;
}

/** What one poll brought of one partition. */
export interface FetchedRecords extends TopicPartition {
  /** Records in offset order, without control records and without records of aborted transactions. May be empty. */
  readonly records: RecordColumns;
  /** Where the next fetch goes on: from batch headers, so compacted, empty and control batches advance it. */
  readonly nextOffset: number;
  readonly highWatermark: number;
  readonly lastStableOffset: number;
  readonly logStartOffset: number;
}

/** Reads partitions from given offsets; no group. Fetches ahead while the caller processes. */
export interface Reader {
  /** Adds a partition, or moves it, to an offset; what was fetched for it and not handed over is dropped. */
  seek(partition: TopicPartition, offset: number): void;
  remove(partition: TopicPartition): void;
  /** A paused partition is not asked for; records already fetched are kept and handed over after `resume`. */
  pause(partition: TopicPartition): void;
  resume(partition: TopicPartition): void;
  /** The next offset to be handed over. */
  position(partition: TopicPartition): number | undefined;
  /**
   * What has arrived since the last poll, every partition at most once; waits up to `timeoutMs` for something (default
   * 100). Lost connections and moved leaders are retried inside and never lose or repeat a record.
   * @throws OffsetOutOfRangeError for a partition whose offset is gone; the partition stops until `seek`
   * @throws CorruptRecordError when a batch's CRC is wrong
   * @throws MillraceError `CLIENT_STATE` once the reader is closed, a poll under way included
   */
  poll(timeoutMs?: number): Promise<readonly FetchedRecords[]>;
  close(): Promise<void>;
}

// -- writer ----------------------------------------------------------------------------------------------------------

export interface WriterOptions {
  /** Given: transactional. Left out: idempotent. */
  readonly transactionalId?: string;
  /** Default 10,000 ms. */
  readonly transactionTimeoutMs?: number;
  /** Default none. */
  readonly compression?: Compression;
  /** Size at which a batch is closed. Default 1,000,000 (Kafka's max.message.bytes is 1,048,588). */
  readonly maxBatchBytes?: number;
  /** Bytes buffered and in flight above which `full` is true. Default 32 MiB. */
  readonly bufferBytes?: number;
}
export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

/** The member's proof for the group coordinator (KIP-447). */
export interface GroupMetadata {
  readonly groupId: string;
  readonly generationId: number;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
}

/**
 * Sends records, in order per partition, several requests in flight. Every method but `send` may reject with
 * FencedError; once it did, every later call does, until `init` has succeeded again.
 */
export interface Writer {
  /** InitProducerId: fences the older holder of the transactional id, ends its open transaction, chooses the protocol. */
  init(): Promise<void>;
  /** Starts a transaction; no request is sent. Not for idempotent writers. */
  begin(): void;
  readonly inTransaction: boolean;
  /**
   * Buffers one record; bytes are copied at once. `partition` is explicit (see partitioner.ts). A failure to send
   * surfaces at the next `flush` or `commit`.
   * @param timestamp milliseconds; -1 takes the time of sending
   * @throws RecordTooLargeError when the record alone exceeds the topic's limit
   */
  send(
    topic: string,
    partition: number,
    key: Buffer | null,
    value: Buffer | null,
    timestamp: number,
    headers: Headers,
  ): void;
  /** True while more than `bufferBytes` wait or are in flight: call `drain`. */
  readonly full: boolean;
  /** Resolves when no longer full; rejects with the first send error. */
  drain(): Promise<void>;
  /** Sends what is buffered and resolves when every record is acknowledged. */
  flush(): Promise<void>;
  /**
   * The offset after the last record of a partition that this writer sent and the broker acknowledged; undefined before
   * the first. After `flush` or `commit` it is where a changelog stands (a transaction's marker comes behind it).
   */
  acknowledgedOffset(topic: string, partition: number): number | undefined;
  /** Adds consumed offsets to the transaction, checked against the group's generation. */
  sendOffsets(group: GroupMetadata, offsets: readonly OffsetToCommit[]): Promise<void>;
  /**
   * Flushes, then commits the transaction.
   * @throws UnknownOutcomeError when EndTxn was sent and no answer came
   * @throws TransactionAbortableError when a record was refused: abort it
   */
  commit(): Promise<void>;
  /** Drops what is buffered and aborts the transaction. */
  abort(): Promise<void>;
  close(): Promise<void>;
}

// -- member ----------------------------------------------------------------------------------------------------------

export interface MemberOptions {
  readonly groupId: string;
  /** Static membership; left out: a dynamic member. */
  readonly groupInstanceId?: string;
  /** Default 10,000 ms. */
  readonly sessionTimeoutMs?: number;
  /** Default 60,000 ms. */
  readonly rebalanceTimeoutMs?: number;
  /** Default 500 ms. */
  readonly heartbeatIntervalMs?: number;
  readonly assignor: Assignor;
  readonly listener: MemberListener;
}

/** One member as the leader sees it. */
export interface MemberSubscription {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly topics: readonly string[];
  readonly ownedPartitions: readonly TopicPartition[];
  readonly userData: Buffer;
}
export interface MemberAssignment {
  readonly partitions: readonly TopicPartition[];
  readonly userData: Buffer;
}

/** Decides who gets what; runs on the group's leader. */
export interface Assignor {
  /** Protocol name, e.g. `stream`. */
  readonly name: string;
  /** Subscription of this member; called at each join. */
  subscription(): { readonly topics: readonly string[]; readonly userData: Buffer };
  /**
   * Assignment of all members. Runs between JoinGroup and SyncGroup. The member layer makes it cooperative: a partition
   * another member still owns is withheld until it was given up and the group has joined again.
   */
  assign(members: readonly MemberSubscription[]): Promise<Map<string, MemberAssignment>>;
}

export interface MemberListener {
  /**
   * Awaited before each JoinGroup is sent: a commit under way has to end first, or it would arrive with an old generation.
   * `rebalancing` is true from the call on.
   */
  beforeJoin?(): Promise<void>;
  /**
   * Partitions to give up. The member waits for the promise before it joins again, so commit here. Called while the old
   * generation still holds.
   */
  onRevoked(partitions: readonly TopicPartition[]): Promise<void>;
  /** The assignment after a rebalance: what is new, and the whole; called after every rebalance, even without change. */
  onAssigned(added: readonly TopicPartition[], assignment: MemberAssignment): Promise<void>;
  /** Expelled or fenced: partitions are gone and may be owned by others; do not commit. The member joins again by itself. */
  onLost(partitions: readonly TopicPartition[]): Promise<void>;
  /** The member cannot go on (FENCED_INSTANCE_ID, group authorization, inconsistent protocol). */
  onFatal(error: Error): void;
}

/** Membership of one group over the classic protocol, cooperative; heartbeats by timer, never by the caller. */
export interface Member {
  start(): void;
  /** Undefined before the first assignment and while lost; commits must wait while `rebalancing`. */
  readonly metadata: GroupMetadata | undefined;
  /** True between JoinGroup and SyncGroup: nothing may be committed then. */
  readonly rebalancing: boolean;
  /** Asks the group to rebalance (new topics, warm-up done). */
  rejoin(reason: string): void;
  /** Leaves the group (a static member only if `evenStatic`) and stops. */
  stop(options?: { readonly evenStatic?: boolean }): Promise<void>;
  /** Commits outside a transaction, with the generation. @throws FencedError on an old generation */
  commitOffsets(offsets: readonly OffsetToCommit[]): Promise<void>;
}
