import type { RecordContext, StateStore, StoreDefinition } from '../state/store.js';
import type { FlushListener } from '../state/task-state.js';
import type { Counter, Histogram } from '../observability/metrics.js';
import type { Mailbox } from './mailbox.js';
import type { Tick } from './tick.js';
import type { Headers } from '../util/headers.js';
import type { Duration } from '../util/time.js';
import { NO_HEADERS } from '../util/headers.js';

/** One record in a topology. Immutable: the `with…` methods give a new one. */
export class Record<K, V> {
  constructor(
    readonly key: K,
    readonly value: V,
    /** Event time, milliseconds since the epoch. */
    readonly timestamp: number,
    readonly headers: Headers = NO_HEADERS,
  ) {}

  withKey<K2>(key: K2): Record<K2, V> {
    return new Record(key, this.value, this.timestamp, this.headers);
  }
  withValue<V2>(value: V2): Record<K, V2> {
    return new Record(this.key, value, this.timestamp, this.headers);
  }
  withTimestamp(timestamp: number): Record<K, V> {
    return new Record(this.key, this.value, timestamp, this.headers);
  }
  withHeaders(headers: Headers): Record<K, V> {
    return new Record(this.key, this.value, this.timestamp, headers);
  }
}

/**
 * A node's code. One instance per task, made by the node's supplier.
 *
 * `process` is synchronous; if it returns a promise (it scanned a store, say) its task, and only its task, takes no
 * further record until the promise is settled.
 */
export interface Processor<KIn = unknown, VIn = unknown, KOut = unknown, VOut = unknown> {
  init?(context: ProcessorContext<KOut, VOut>): void;
  process(record: Record<KIn, VIn>): void | Promise<void>;
  /** Called when the task closes, and before the processor is made again after an abort. */
  close?(): void;
}

/** Kafka Streams' `ConnectedStoreProvider`: a supplier may bring the stores of its processors along. */
export interface ConnectedStoreProvider {
  /** Added to the topology and connected to the node. */
  readonly stores?: readonly StoreDefinition[];
}

/**
 * Makes one processor per task, a new one each time. A function; one that brings stores along is made so:
 *
 *     Object.assign(() => new Counter(), { stores: [keyValueStore({ name: 'counts', key: string(), value: long() })] })
 */
export interface ProcessorSupplier<
  KIn = unknown,
  VIn = unknown,
  KOut = unknown,
  VOut = unknown,
> extends ConnectedStoreProvider {
  (): Processor<KIn, VIn, KOut, VOut>;
}

/** As {@link ProcessorSupplier}, for `processValues`. */
export interface FixedKeyProcessorSupplier<K = unknown, VIn = unknown, VOut = unknown> extends ConnectedStoreProvider {
  (): FixedKeyProcessor<K, VIn, VOut>;
}

/** A record whose key a processor cannot change. */
export type FixedKeyRecord<K, V> = Omit<Record<K, V>, 'withKey' | 'withValue' | 'withTimestamp' | 'withHeaders'> & {
  withValue<V2>(value: V2): FixedKeyRecord<K, V2>;
  withTimestamp(timestamp: number): FixedKeyRecord<K, V>;
  withHeaders(headers: Headers): FixedKeyRecord<K, V>;
};

/** What a {@link FixedKeyProcessor} may ask of its task: as others, but it forwards records of the key it was given. */
export type FixedKeyProcessorContext<K = unknown, VOut = unknown> = Omit<ProcessorContext<K, VOut>, 'forward'> & {
  forward<V extends VOut>(record: FixedKeyRecord<K, V>, childName?: string): void;
};

/** A processor that keeps every record's key, so that its result needs no repartitioning (`processValues`). */
export interface FixedKeyProcessor<K = unknown, VIn = unknown, VOut = unknown> {
  init?(context: FixedKeyProcessorContext<K, VOut>): void;
  process(record: FixedKeyRecord<K, VIn>): void | Promise<void>;
  close?(): void;
}

export type PunctuationType = 'streamTime' | 'wallClockTime';

/** Called with the stream time or wall-clock time it was due for. May be async: the task waits. */
export type Punctuator = (timestampMs: number) => void | Promise<void>;

export interface Cancellable {
  cancel(): void;
}

export interface RecordMetadata {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** What a processor may ask of its task. */
export interface ProcessorContext<KOut = unknown, VOut = unknown> {
  readonly applicationId: string;
  /** `<sub-topology>_<partition>`. */
  readonly taskId: string;
  /** This node's name. */
  readonly nodeName: string;
  /**
   * Hands a record to all children, or to the one named.
   * @throws TopologyError `UNKNOWN_CHILD` when no child has that name
   */
  forward<K extends KOut, V extends VOut>(record: Record<K, V>, childName?: string): void;
  /**
   * As `forward`, for a record that was held back: what is below sees the topic, partition and offset that it came with.
   */
  forwardFrom<K extends KOut, V extends VOut>(origin: RecordContext, record: Record<K, V>): void;
  /**
   * A store that is connected to this node.
   * @throws TopologyError `STORE_NOT_CONNECTED`
   */
  getStateStore<S extends StateStore>(name: string): S;
  /** Calls `punctuator` every `interval` of stream time or wall-clock time, as Kafka Streams does. */
  schedule(interval: Duration, type: PunctuationType, punctuator: Punctuator): Cancellable;
  /** Topic, partition and offset of the input record; undefined in wall-clock punctuation and init. */
  recordMetadata(): RecordMetadata | undefined;
  /** Largest timestamp the task has seen; -1 before the first record. */
  currentStreamTimeMs(): number;
  currentSystemTimeMs(): number;
  /** Asks for a commit soon. */
  commit(): void;
  /**
   * Tells this node of each change that leaves the record cache of a connected store; `forward` may be called there. One
   * node per store: the one that forwards its updates.
   * @returns whether the store has a record cache (asked for in its definition, and the cache has any size). If so the
   * node forwards from the listener only; if not the listener is never called, and the node forwards each update itself.
   */
  onStoreFlush<K, V>(
    storeName: string,
    listener: FlushListener<K, V>,
    options?: { readonly sendOldValues?: boolean },
  ): boolean;
  /**
   * Small numbers that are committed with the input offsets and are back after a restart or an abort (Kafka Streams'
   * processor metadata): observed times, the last emission. Names are the task's, so put the node's name in.
   */
  readonly metadata: ProcessorMetadata;
  /**
   * Least wall-clock time, milliseconds, between two looks of an operator for results that are due by stream time: 1,000, or
   * 0 in the test driver, where each record counts.
   */
  readonly emitIntervalMs: number;
  /**
   * Resolves when the writer has room, what was forwarded is processed, and other tasks have had a turn. A processor that
   * emits without bound awaits it after every {@link EMISSION_SLICE} records that it forwarded.
   */
  room(): Promise<void>;
  /**
   * Resolves when what was forwarded is processed; undefined when it is already. While a child is still at it, the child's
   * record is the current one: a processor that awaits anything after it forwarded awaits this before it writes to a store.
   */
  forwarded(): Promise<void> | undefined;
  /**
   * A tick at the present position of the task, to be forwarded to a tick topic's sink: the task takes no further record
   * until it has read the tick. Undefined while there are records that the task has not taken.
   */
  newTick(streamTimeMs: number): Tick | undefined;
  /** How the node works beside the record path. */
  readonly mailbox: Mailbox;
  /** The node's own metrics: series with its labels. */
  readonly metrics: NodeMetrics;
  /** Counts a record that an operator dropped (null key, late, …) under `millrace_dropped_records_total{reason}`. */
  dropped(reason: DropReason): void;
}

/** Most records that a processor forwards in one go; see {@link ProcessorContext.room}. */
export const EMISSION_SLICE = 1_000;

/** See {@link ProcessorContext.metrics}; names are those of observability/metric-names.ts. */
export interface NodeMetrics {
  counter(name: string): Counter;
  gauge(name: string, read: () => number): void;
  histogram(name: string): Histogram;
}

/** See {@link ProcessorContext.metadata}. */
export interface ProcessorMetadata {
  get(name: string): number | undefined;
  put(name: string, value: number): void;
}

export type DropReason =
  | 'null-key'
  | 'null-value'
  | 'duplicate'
  | 'late'
  | 'expired'
  | 'invalid-timestamp'
  | 'out-of-order'
  | 'deserialization'
  | 'processing'
  | 'production'
  | 'no-partition';
