import type { BrokerClient, Compression } from '../broker/client/client.js';
import type { Logger } from '../observability/log.js';
import type { Metrics } from '../observability/metrics.js';
import type { SchemaCache } from '../serde/registry/schema-cache.js';
import type { StateStore } from '../state/store.js';
import type { TaskState } from '../state/task-state.js';
import type { BuiltTopology } from '../topology/node.js';
import type { Clock } from '../util/time.js';
import type { Random } from '../util/random.js';
import type { ApplicationState, StateListener } from './application-state.js';
import type { ClusterView } from './cluster-view.js';
import type { OwnedTaskStatus } from './owned-task.js';
import type { RestoreListener } from './restore/restore-listener.js';
import type { SnapshotManifest } from './snapshot/snapshot-manifest.js';
import type { DrainedTasks } from './snapshot/state-snapshots.js';
import type { SnapshotStorage } from './snapshot/snapshot-storage.js';
import type { ReplicaKind } from './standby-task.js';
import type { StateMismatchPolicy } from './state-catalog/state-mismatch.js';
import type { StateDirectory } from './state-directory.js';
import type { UncaughtErrorPolicy } from './uncaught-error.js';
import type { ErrorPolicies } from './task/error-policy.js';
import type { RecordTracer } from './trace/record-tracer.js';

export type ProcessingGuarantee = 'exactly_once' | 'at_least_once';

/** What one running instance of an application needs. Durations are milliseconds. */
export interface StreamsApplicationOptions {
  /** Names the group, the internal topics, the state folder and the transactional id. */
  readonly applicationId: string;
  readonly topology: BuiltTopology;
  /** Not closed by the application. */
  readonly client: BrokerClient;
  /** Unique among the running instances: static member id and, with the application id, the transactional id. */
  readonly instanceId: string;
  /** Where stores live, opened and locked by the caller; left out: everything in memory, rebuilt at each start. */
  readonly stateDirectory?: StateDirectory;
  /** Tasks without state in `stateDirectory` start from their newest snapshot there. Default: from their changelogs. */
  readonly snapshots?: SnapshotStorage;
  /** Default `exactly_once`. */
  readonly processingGuarantee?: ProcessingGuarantee;
  /** Default 100. */
  readonly commitIntervalMs?: number;
  /** Record caches of all tasks together; 0 turns caching off. Default 10 MiB. */
  readonly cacheMaxBytes?: number;
  /** LevelDB memory of all tasks together. Default 64 MiB. */
  readonly stateMemoryBytes?: number;
  /** Default 10,000. */
  readonly sessionTimeoutMs?: number;
  /** Default 500. */
  readonly heartbeatIntervalMs?: number;
  /** What one record causes, and a commit, must be done within this, under exactly-once. Default 10,000. */
  readonly transactionTimeoutMs?: number;
  /** How long a task waits for an empty input before it goes on without; -1 never waits. Default 0, as Kafka Streams. */
  readonly maxTaskIdleMs?: number;
  /** Buffered bytes of a task's inputs above which its partitions are paused. Default 4 MiB. */
  readonly bufferedBytesPerTask?: number;
  /** Where a source without an `offsetReset` of its own starts when nothing is committed. Default `earliest`. */
  readonly offsetReset?: 'earliest' | 'latest' | 'none';
  /** Replication of internal topics; default the broker's. */
  readonly replicationFactor?: number;
  /** How often topics are looked up again, for patterns and new partitions. Default 30,000. */
  readonly topicRefreshMs?: number;
  /** Least time between two purges of repartition topics. Default 30,000. */
  readonly purgeIntervalMs?: number;
  /** Default `none`. */
  readonly compression?: Compression;
  /** Copies of each stateful task that other instances keep up to date, to take over at once. Default 0. */
  readonly standbys?: number;
  /** Changelog records that a copy may be behind for its instance to take the task over at once. Default 10,000. */
  readonly acceptableRecoveryLag?: number;
  /** Copies of all tasks that are brought up to date at the same time so that their task can move. Default 2. */
  readonly maxWarmups?: number;
  /** How long a copy that is warmed up waits for its task before its instance asks for it again. Default 30,000. */
  readonly probingRebalanceIntervalMs?: number;
  /** How long the state of a task that has gone elsewhere is kept on disk. Default 600,000. */
  readonly stateCleanupDelayMs?: number;
  /** Where the instance runs, such as `{ zone: 'a' }`: standbys are kept in other places than their tasks (KIP-708). */
  readonly clientTags?: Readonly<Record<string, string>>;
  /** The tags that standbys are spread by; default all that the instances have. */
  readonly rackAwareAssignmentTags?: readonly string[];
  /** What happens to records that cannot be read, processed or written; each is `fail` when left out. */
  readonly errorPolicies?: ErrorPolicies;
  /** What follows from an error that nothing mends. Default `shutdownClient`. */
  readonly onUncaughtError?: UncaughtErrorPolicy;
  /** What happens where a store had another kind, window size or session gap than the topology gives it. Default `refuse`. */
  readonly onStateMismatch?: StateMismatchPolicy;
  /** The registry of serdes that have none of their own; not closed by the application. Default: none. */
  readonly schemas?: SchemaCache;
  /**
   * Where other instances reach this one; travels with the assignment and is asked for at each join (Kafka Streams'
   * `application.server`). Default: nowhere.
   */
  readonly endpoints?: () => InstanceEndpoints;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** `host:port` of the servers of an instance; undefined where there is none, or not yet. */
export interface InstanceEndpoints {
  readonly grpc?: string;
  readonly http?: string;
}

/** One input partition of a task. */
export interface InputView {
  readonly topic: string;
  readonly partition: number;
  /** The next offset to be committed; undefined before the task has started. */
  readonly committedOffset: number | undefined;
  readonly highWatermark: number | undefined;
  /** Records between the committed position and the high watermark, as far as known. */
  readonly lagRecords: number;
}

/** One store of a task and how far its restore is. */
export interface StoreView {
  readonly name: string;
  readonly changelogTopic: string | undefined;
  readonly restoredOffset: number;
  readonly endOffset: number;
}

/** A task of this instance, for queries, the console and metrics. A snapshot. */
export interface TaskView {
  readonly id: string;
  readonly subTopology: number;
  readonly partition: number;
  readonly status: OwnedTaskStatus | ReplicaKind;
  readonly inputs: readonly InputView[];
  readonly stores: readonly StoreView[];
  /** The task's state once it is open: for committed reads and snapshots. */
  readonly state: TaskState | undefined;
  /**
   * Wall-clock milliseconds at which the state was last seen to hold all that its changelogs have, of a replica and of a task
   * that was one; undefined while it never did.
   */
  readonly caughtUpMs?: number;
}

/** One running instance of an application. */
export interface StreamsApplication {
  readonly applicationId: string;
  readonly instanceId: string;
  readonly topology: BuiltTopology;
  readonly state: ApplicationState;
  /** Why the application is in `ERROR`. */
  readonly error: Error | undefined;
  /**
   * Joins the group and begins to process; resolves once the member has started.
   * @throws MillraceError `APPLICATION_STARTED` when called twice
   */
  start(): Promise<void>;
  /** Resolves in `RUNNING`; rejects with the reason in `ERROR`, or when closed before. */
  waitUntilRunning(): Promise<void>;
  /**
   * Commits, closes tasks and stops, within `timeoutMs` (default 30,000). Gives whether it ended in time; what had not
   * been committed by then is processed again after the next start. Calling it again waits for the same end.
   */
  close(options?: CloseOptions): Promise<boolean>;
  /** {@link pause} was called, and no `resume` since. */
  readonly paused: boolean;
  /**
   * Tasks take no further record and punctuators do not run, until {@link resume}: of this instance, not of the group.
   * The instance keeps its place in the group, commits what was done, restores what it is given, and answers queries. May
   * be called before `start` (Kafka Streams' `KafkaStreams#pause`, KIP-834).
   */
  pause(): void;
  resume(): void;
  /**
   * Takes a snapshot of the state of each task that this instance runs, while it goes on: the stores on disk, with their
   * positions, as of one commit. Each is of use for itself as soon as its manifest stands in `storage`.
   * @throws MillraceError `SNAPSHOT_NOT_READY` while tasks are not running, or not drained
   */
  snapshot(storage: SnapshotStorage, options?: SnapshotOptions): Promise<readonly SnapshotManifest[]>;
  /**
   * Asks for no more records of topics that others write, until {@link releaseSources} or for so long: what was read, and what
   * tasks send each other by repartition topics, is processed. Again: so long from then on.
   */
  holdSources(forMs: number): void;
  releaseSources(): void;
  /** Whether every task of this instance is at rest: all that was read, and its repartition topics, processed and committed. */
  drained(): Promise<DrainedTasks>;
  /**
   * Follows records through this instance's tasks: those that the tracer wants, from the next on, until the returned
   * function is called. Costs nothing while nobody does.
   */
  trace(tracer: RecordTracer): () => void;
  /** The returned function removes the listener. */
  onStateChange(listener: StateListener): () => void;
  onRestore(listener: RestoreListener): () => void;
  /**
   * Calls the listener when tasks have begun to run here or were given up, and at each assignment of the group. The returned
   * function removes it.
   */
  onTasksChange(listener: () => void): () => void;
  /** The whole application, as of the last assignment; undefined before the first. */
  cluster(): ClusterView | undefined;
  /**
   * A read-only view over this instance's part of a store, as the processors see it (uncommitted changes included).
   * @throws InvalidStateStoreError `STORE_NOT_FOUND`, or `STORE_UNAVAILABLE` while tasks are not running
   */
  store<S extends StateStore = StateStore>(name: string): S;
  /** The tasks that this instance runs, or is about to. */
  tasks(): readonly TaskView[];
  /** The replicas that this instance keeps of tasks that others run. */
  standbys(): readonly TaskView[];
}

export interface SnapshotOptions {
  /** Of each task so many are kept, the new one included; older ones are deleted. Default: all. */
  readonly keep?: number;
  /** Only if all is {@link StreamsApplication.drained}, still. Default false. */
  readonly drained?: boolean;
}

export interface CloseOptions {
  readonly timeoutMs?: number;
  /**
   * Leave the group at once, so that others take over without waiting for the session to expire. Default: whether there
   * are standbys. Without them others would have to restore what this instance has when it comes back within the session.
   */
  readonly leaveGroup?: boolean;
}
