import type { Headers } from '../util/headers.js';
import type { CapturedState } from './captured-state.js';
import type { OpenDatabase } from './leveldb/level-database.js';
import type { KnownWriters } from './writers/store-writers.js';
import type { ChangelogPosition, RecordContext, StateStore, StoreContext, StoreDefinition } from './store.js';

/**
 * Called for each change that leaves a store's record cache, so that the node behind it forwards it.
 *
 * - `key`: the store's key; of a window store a `Windowed` key (serde/windowed.ts)
 * - `newValue`, `oldValue`: plain values, also of a timestamped store; null for absent
 * - `timestamp`: the new value's own in a timestamped store, else that of the record that made the last of the merged changes
 * - `headers`, `context`: of that record
 */
export type FlushListener<K = unknown, V = unknown> = (
  key: K,
  newValue: V | null,
  oldValue: V | null,
  timestamp: number,
  headers: Headers,
  /** The record that made the change, the last one if there were several. */
  origin: RecordContext,
) => void;

/** How a store tells of changes that leave its record cache. */
export interface FlushOptions {
  /** Whether the listener needs `oldValue`; if not it is null and costs nothing. Default true. */
  readonly sendOldValues?: boolean;
}

/** What a commit writes beside the stores' contents, in the same LevelDB batch. */
export interface CommittedPositions {
  /** By store name. */
  readonly changelogs: ReadonlyMap<string, ChangelogPosition>;
  /** By `topic-partition`: the next input offset. */
  readonly inputs: ReadonlyMap<string, number>;
}

/** Records of a changelog partition, in offset order, as columns (what a fetch brings): no object per record. */
export interface ChangelogRecords {
  readonly length: number;
  offset(index: number): number;
  timestamp(index: number): number;
  /** Holds key and value of a record. */
  buffer(index: number): Buffer;
  /** -1 for a null key. */
  keyStart(index: number): number;
  keyEnd(index: number): number;
  /** -1 for a null value. */
  valueStart(index: number): number;
  valueEnd(index: number): number;
  headers(index: number): Headers;
}

/** Applies changelog records to one store while its task restores (or stands by). */
export interface StoreRestorer {
  /** Whether the schemas are known that records tell as their writers. */
  knowsWriters(records: ChangelogRecords): boolean;
  /**
   * Takes the records below an offset, those without a key left out; gives how many. They are buffered until `flush`.
   * @throws UnknownWriterError
   */
  restore(records: ChangelogRecords, before: number): number;
  readonly bufferedBytes: number;
  /** Writes what is buffered together with the position it brings the store to. */
  flush(position: ChangelogPosition): Promise<void>;
}

/**
 * All state of one task: its stores over one database, so that a commit is atomic over them. What a store reads is
 * active overlay, then frozen overlay, then base; the base is a committed prefix of the changelog.
 *
 *     put/delete -> active --freeze()--> frozen --apply()--> base
 *                     \-- abort() drops both --/
 */
export interface TaskState {
  /** In the order of registration. */
  readonly stores: ReadonlyMap<string, StateStore>;
  /** Committed position of a store in its changelog; undefined: restore from the beginning. */
  changelogPosition(storeName: string): ChangelogPosition | undefined;
  inputPosition(topicPartition: string): number | undefined;
  /** Sets who is told of changes that leave the record cache of a caching store. */
  onFlush(storeName: string, listener: FlushListener, options?: FlushOptions): void;
  /**
   * Takes up to `limit` dirty entries out of the record caches, stores in order of registration, entries in the order of
   * their last change, as in Kafka Streams: logs and forwards each. Gives how many there were; 0 means the caches are clean. What
   * a forward makes dirty downstream is flushed too before 0 is given.
   */
  flushCaches(limit: number): number;
  /** Bytes in the overlays; above its bound a commit is due. */
  readonly overlayBytes: number;
  /** Bytes of the record caches above the bound that has to be evicted with {@link flushCaches}. */
  readonly cacheOverflowBytes: number;
  /** Makes the active overlay the frozen one; what processors write from now on is of the next commit. */
  freeze(): void;
  /**
   * For stores without a changelog, between `freeze` and the end of the transaction: keeps their frozen overlay and the
   * input offsets durably beside the base (`pending`), so that a crash in between can be told apart. Without such stores
   * it does nothing. `apply` and `abort` clear it.
   */
  prepare(positions: CommittedPositions): Promise<void>;
  /** Input offsets of a commit that was prepared and neither applied nor aborted before the last close or crash. */
  readonly preparedInputs: ReadonlyMap<string, number> | undefined;
  /** Ends what `preparedInputs` tells of, once the committed offsets are known: applies it to the base, or drops it. */
  settlePrepared(committed: boolean): Promise<void>;
  /** One atomic batch: the frozen overlay and the positions; then the frozen overlay is dropped. */
  apply(positions: CommittedPositions): Promise<void>;
  /** Drops active and frozen overlay and puts observed times and buffers back to the last commit. */
  abort(): void;
  restorer(storeName: string): StoreRestorer;
  /** Empties a store and forgets its position (its changelog was truncated, or is another topic). */
  wipe(storeName: string): Promise<void>;
  /** Deletes what has expired; called now and then, observed by nobody. */
  deleteExpired(): Promise<void>;
  /** All that is committed, to be read beside the task; undefined when every store is in memory. Not while a commit is applied. */
  capture(): CapturedState | undefined;
  close(): Promise<void>;
}

export interface TaskStateOptions {
  /** Folder of the task's database; undefined: everything in memory. */
  readonly directory: string | undefined;
  /** What opens that database. Default: LevelDB. */
  readonly openDatabase?: OpenDatabase;
  readonly definitions: readonly StoreDefinition[];
  readonly context: StoreContext;
  /** Share of CACHE_MAX_BYTES; 0: caching off for every store. */
  readonly cacheMaxBytes: number;
  /** Share of STATE_MEMORY for LevelDB's cache and write buffer. Default 16 MiB. */
  readonly memoryBytes?: number;
  /** Files that the database may keep open. Default LevelDB's, 1000. */
  readonly maxOpenFiles?: number;
  /** The schemas that wrote the changelogs. Default: nothing is known, values are read as the present schema's. */
  readonly writers?: KnownWriters;
  /** Rows of another layout or shape are dropped also where no changelog can restore them. Default false: they are refused. */
  readonly discardsUnlogged?: boolean;
}
