import type { FetchedRecords } from '../../broker/client/client.js';
import type { OffsetToCommit, TopicPartition } from '../../broker/client/protocol.js';
import type { Logger } from '../../observability/log.js';
import type { Metrics } from '../../observability/metrics.js';
import type { StateStore } from '../../state/store.js';
import type { TaskState } from '../../state/task-state.js';
import type { BuiltTopology, SubTopology } from '../../topology/node.js';
import type { Random } from '../../util/random.js';
import type { Clock } from '../../util/time.js';
import type { ErrorPolicies } from './error-policy.js';
import type { RecordCollector } from './record-collector.js';
import type { TaskContext } from './task-context.js';
import type { TaskTracing } from './task-tracing.js';

/** What a task is made of. Its state is open and restored before the task is made. */
export interface TaskOptions {
  /** `<sub-topology>_<partition>`. */
  readonly id: string;
  readonly applicationId: string;
  readonly topology: BuiltTopology;
  /** What of the topology this task runs: one sub-topology; the test driver may run them all as one task. */
  readonly subTopologies: readonly SubTopology[];
  /** Input partitions, by the topics' names on the broker. */
  readonly partitions: readonly TopicPartition[];
  /** The context that `state` was opened with. */
  readonly context: TaskContext;
  readonly state: TaskState;
  /** What `state` was opened with: 0 turns the record cache off for every store. */
  readonly cacheMaxBytes: number;
  /** Stores that every task may read. */
  readonly globalStores: ReadonlyMap<string, StateStore>;
  readonly collector: RecordCollector;
  /** Offset and metadata the group has committed, keyed by `topic-partition`: partition times and metadata start there. */
  readonly committed: ReadonlyMap<string, CommittedInput>;
  readonly errorPolicies?: ErrorPolicies;
  /**
   * How long to wait for an empty partition that is known to have no more records before the others are processed out of
   * order (KIP-695). Default 0: not at all, but what is known to be on the broker is waited for; -1: for nothing.
   */
  readonly maxTaskIdleMs?: number;
  /** See ProcessorContext. Default 1,000, as in Kafka Streams. */
  readonly emitIntervalMs?: number;
  /** Called when there is something to do: a record that waited for its schema can be read, a node has an event. */
  readonly wake?: () => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** What the group has committed for one input partition. */
export interface CommittedInput {
  readonly offset: number;
  readonly metadata: string;
}

/**
 * One input partition as the loop sees it, to pause fetching above a bound and resume below it. Bytes count a fetched
 * batch whole until its last record was taken.
 */
export interface TaskInput extends TopicPartition {
  readonly bufferedRecords: number;
  readonly bufferedBytes: number;
  /** No more is asked for now: while it is empty it is not waited for. */
  held: boolean;
}

/**
 * What a slice came to: `idle` (no record may be processed now), `more` (the limit was reached, or a commit was asked
 * for), or a promise when the task has to wait for an asynchronous processor or punctuator, or for room in the writer.
 */
export type Slice = 'idle' | 'more' | Promise<void>;

/**
 * A task: its processors over its state, fed from its input partitions. It is driven from outside and never by itself:
 *
 *     initialize → ( addRecords | process | punctuateWallClock )* → flushSlice* → prepareCommit → … → close
 *
 * While a promise that it gave is not settled the task is `waiting`: nothing but `addRecords` may be called, and no commit
 * may include it. A method that throws, or a promise that rejects, leaves the task to be reset or closed.
 */
export interface Task {
  readonly id: string;
  readonly state: TaskState;
  /** The context that {@link state} was opened with. */
  readonly context: TaskContext;
  readonly inputs: readonly TaskInput[];
  /** Largest timestamp processed so far; -1 before the first record. */
  readonly streamTimeMs: number;
  /** Its inputs have positions outside of Kafka, which an abort does not move: the task alone seeks, and offsets only inform. */
  readonly seeks: boolean;
  /** Resolves when the schema of a record that comes next has been fetched; nothing is processed before. Else undefined. */
  readonly awaitedSchema: Promise<void> | undefined;
  /** A promise given by `process`, `punctuateWallClock` or `flushSlice` is not settled yet. */
  readonly waiting: boolean;
  /** Something was consumed or punctuated since the last {@link prepareCommit}. */
  readonly commitNeeded: boolean;
  /** A processor asked for a commit soon. */
  readonly commitRequested: boolean;
  /** {@link drain} was called and all that its nodes had under way beside the record path is done with. */
  readonly drained: boolean;
  /** Takes no further record; what nodes have under way beside the record path may end, in `process`. There is no way back. */
  drain(): void;
  /** Makes the processors and calls their `init`. */
  initialize(): void;
  /**
   * Queues what was fetched of one input partition. Call it for empty fetches too: they carry the position past records
   * that nobody sees, and the high watermark that {@link TaskOptions.maxTaskIdleMs} needs.
   * @throws MillraceError `PARTITION_NOT_ASSIGNED` when the partition is not an input of the task
   */
  addRecords(fetched: FetchedRecords): void;
  /**
   * Processes up to `limit` records, lowest timestamp first, with the stream-time punctuations that fall due.
   * @throws ProcessingFailedError when a processor, serde, extractor or punctuator failed and its policy says `fail`
   */
  process(limit: number): Slice;
  /** Runs the wall-clock punctuations that are due, each once. Gives whether one ran, or a promise of it. */
  punctuateWallClock(): boolean | Promise<boolean>;
  /**
   * Flushes up to `limit` entries of the record caches (at most 1,000 at a time). `idle`: they are clean. Call it until then
   * before {@link prepareCommit}.
   */
  flushSlice(limit: number): Slice;
  /**
   * Next offset, leader epoch and metadata (partition time and processor metadata, in Kafka Streams' format) of each
   * partition that has moved since the task started.
   */
  consumedOffsets(): OffsetToCommit[];
  /**
   * {@link consumedOffsets}, and starts the next commit's account: `commitNeeded` and `commitRequested` are false again.
   * Called together with `state.freeze()`.
   */
  prepareCommit(): OffsetToCommit[];
  /**
   * Takes input partitions on or away (a topic pattern found a topic); what is queued of those that stay is kept.
   * @param committed of those that are new, as in {@link TaskOptions.committed}
   */
  updateInputs(partitions: readonly TopicPartition[], committed?: ReadonlyMap<string, CommittedInput>): void;
  /**
   * Goes back to a commit after an abort: drops what is queued, takes partition times and metadata from what was
   * committed, closes the processors and makes them again. The state's `abort` comes before; the caller seeks, unless the
   * task {@link seeks} itself. Not while `waiting`.
   */
  reset(committed: ReadonlyMap<string, CommittedInput>): void;
  /** Tells of its records from the next on; undefined: no longer. */
  trace(tracing: TaskTracing | undefined): void;
  /** Closes the processors, all of them even if one throws, and drops the task's metrics. The state stays open. */
  close(): void | Promise<void>;
}
