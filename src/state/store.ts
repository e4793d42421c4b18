import type { Counter } from '../observability/metrics.js';
import type { Serde } from '../serde/serde.js';
import type { Windowed } from '../serde/windowed.js';
import type { Headers } from '../util/headers.js';
import type { Duration } from '../util/time.js';

/*
 * The contracts of state stores: what a processor sees (typed, synchronous point reads, asynchronous scans), what a
 * topology declares (definitions, plain data), and what the runtime hands in (changelog, record context).
 *
 * Reads give `undefined` for "not there"; writes take `null` for "delete".
 */

// -- definitions -----------------------------------------------------------------------------------------------------

export type StoreKind =
  'keyValue' | 'window' | 'session' | 'versioned' | 'changeBuffer' | 'recordBuffer' | 'pendingBuffer';

interface CommonDefinition {
  readonly name: string;
  readonly keySerde: Serde<any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- variance: a list of stores of any type
  readonly valueSerde: Serde<any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- as above
  /** `leveldb` survives a restart; `memory` is rebuilt from the changelog. */
  readonly storage: 'leveldb' | 'memory';
  /** Merge updates of one key between commits before they are logged and forwarded. */
  readonly caching: boolean;
  /** `false`: no changelog. Else topic configs over the defaults. */
  readonly logging: false | { readonly topicConfig: Readonly<Record<string, string>> };
  /** `false`: it needs no copy on a standby. A task has standbys as soon as one of its stores needs one. Default: as many as the application has. */
  readonly standby?: boolean;
  /** Changes are logged with the headers of the record that caused them (join windows, subscriptions). Default false. */
  readonly logHeaders?: boolean;
}

export interface KeyValueStoreDefinition extends CommonDefinition {
  readonly kind: 'keyValue';
  /** Values carry the timestamp of their last update (Kafka Streams' timestamped stores). */
  readonly timestamped: boolean;
  /** Least recently used entries beyond this count are dropped (memory only). */
  readonly maxEntries?: number;
  /**
   * Keys are bytes, `| length of a prefix, 4 bytes | prefix | rest |`, and the keys of a prefix are known without a scan as
   * long as they are few, for `withPrefix` (foreign-key subscriptions). Default false.
   */
  readonly prefixed?: boolean;
  /** Place of a byte in the keys, 0 or 1, that is their lane: each can be read for itself (unjoined records of either side). */
  readonly laneAt?: number;
  /** Entries are gone this long after they were written, by stream time. Default: never. */
  readonly ttlMs?: number;
  /** What a table's node tells of an entry that is gone: nothing (default), or its deletion. */
  readonly onExpiry?: 'silent' | 'tombstone';
}

export interface WindowStoreDefinition extends CommonDefinition {
  readonly kind: 'window';
  readonly timestamped: boolean;
  readonly retentionMs: number;
  /** Of windows of different lengths: that of the longest. */
  readonly windowSizeMs: number;
  /** The end of the window that starts then. Default: `windowSizeMs` later. */
  readonly endOf?: (startMs: number) => number;
  /** Every put is kept, also with equal key and time (join sides). */
  readonly retainDuplicates: boolean;
  /** The starts of a key's windows are known without a scan, for `windowsOf` (sliding windows). Default false. */
  readonly indexed?: boolean;
  /** Rows stand by time, then key: for windows that are emitted when they close. Default false. */
  readonly timeOrdered?: boolean;
}

export interface SessionStoreDefinition extends CommonDefinition {
  readonly kind: 'session';
  readonly retentionMs: number;
  /** Of the sessions that an aggregate keeps in it; undefined: not known. */
  readonly gapMs?: number;
  /** Rows stand by time, then key: for sessions that are emitted when they close. Default false. */
  readonly timeOrdered?: boolean;
}

export interface VersionedStoreDefinition extends CommonDefinition {
  readonly kind: 'versioned';
  readonly historyRetentionMs: number;
  readonly segmentIntervalMs: number;
}

/** Changes of a table that are held back (a suppression's); always in memory. */
export interface ChangeBufferDefinition extends CommonDefinition {
  readonly kind: 'changeBuffer';
  readonly storage: 'memory';
  readonly caching: false;
}

/** Records of a stream that wait for the table they are joined with (KIP-923); always in memory. */
export interface RecordBufferDefinition extends CommonDefinition {
  readonly kind: 'recordBuffer';
  readonly storage: 'memory';
  readonly caching: false;
}

/** Records whose outcome is awaited outside of the task (asynchronous calls); always in memory. */
export interface PendingBufferDefinition extends CommonDefinition {
  readonly kind: 'pendingBuffer';
  readonly storage: 'memory';
  readonly caching: false;
}

/** A state store as data; frozen. */
export type StoreDefinition =
  | KeyValueStoreDefinition
  | WindowStoreDefinition
  | SessionStoreDefinition
  | VersionedStoreDefinition
  | ChangeBufferDefinition
  | RecordBufferDefinition
  | PendingBufferDefinition;

// -- what a processor sees -------------------------------------------------------------------------------------------

export interface StateStore {
  readonly name: string;
  readonly definition: StoreDefinition;
}

export interface ValueAndTimestamp<V> {
  readonly value: V;
  /** Milliseconds; -1 when unknown. */
  readonly timestamp: number;
}

/** Scans are asynchronous: each captures the store at its call and must end within its processor call. */
export interface ReadOnlyKeyValueStore<K, V> extends StateStore {
  get(key: K): V | undefined;
  /** Keys from `from` to `to`, both included, in the order of their bytes; null is open. */
  range(from: K | null, to: K | null): AsyncIterable<readonly [K, V]>;
  reverseRange(from: K | null, to: K | null): AsyncIterable<readonly [K, V]>;
  all(): AsyncIterable<readonly [K, V]>;
  reverseAll(): AsyncIterable<readonly [K, V]>;
  /** Keys whose bytes start with the bytes that `prefixSerde` gives. */
  prefixScan<P>(prefix: P, prefixSerde: Serde<P>): AsyncIterable<readonly [K, V]>;
  approximateEntries(): number;
}

/** How an entry is put. */
export interface PutOptions {
  /** The entry's own ttl, shorter than the store's; for a store with a ttl and without timestamps. Default: the store's. */
  readonly ttl?: Duration;
}

export interface KeyValueStore<K, V> extends ReadOnlyKeyValueStore<K, V> {
  /** @throws MillraceError `INVALID_TTL`, `STORE_WITHOUT_ENTRY_TTL` */
  put(key: K, value: V | null, options?: PutOptions): void;
  /** The value that was there already, or undefined after storing `value`. */
  putIfAbsent(key: K, value: V): V | undefined;
  delete(key: K): V | undefined;
}

/** A key-value store, as the node sees it that tells of what is gone. */
export interface ExpiringKeyValueStore<K, V> extends KeyValueStore<K, V> {
  /** When the entry of a key is gone, also after that moment; undefined where there is none, or no ttl. */
  expiresAt(key: K): number | undefined;
  /** As `get`, also of an entry that is gone, while its row is there. */
  lastValue(key: K): V | undefined;
}

export type TimestampedKeyValueStore<K, V> = KeyValueStore<K, ValueAndTimestamp<V>>;

/** A key-value store that knows the keys of a prefix without a scan, as long as they are few (`prefixed` in its definition). */
export interface PrefixedKeyValueStore<V> extends KeyValueStore<Buffer, V> {
  /** The entries of a prefix (its length included), in the order of their keys: point reads; undefined: many, to be scanned. */
  withPrefix(prefix: Buffer): readonly (readonly [Buffer, V])[] | undefined;
  /** A scan found these to be all keys of a prefix, in order: if they are few they are known from now on. */
  foundAll(prefix: Buffer, keys: readonly Buffer[]): void;
}

/** A key-value store of two lanes that can be read apart (`laneAt` in its definition). */
export interface LanedKeyValueStore<K, V> extends KeyValueStore<K, V> {
  /** Entries of a lane in the order of their keys' bytes, from these bytes on; if `reverse` the other way, down to them. */
  lane(lane: 0 | 1, from: Buffer, reverse?: boolean): AsyncIterableIterator<readonly [K, V]>;
}

/** A window store's entry in a scan. */
export interface WindowEntry<K, V> {
  readonly key: K;
  readonly startMs: number;
  readonly endMs: number;
  readonly value: V;
}

export interface ReadOnlyWindowStore<K, V> extends StateStore {
  /** The value of the window that starts exactly then. */
  fetch(key: K, startMs: number): V | undefined;
  /** Windows of a key whose start lies in [fromMs, toMs], oldest first. */
  fetchRange(key: K, fromMs: number, toMs: number): AsyncIterable<WindowEntry<K, V>>;
  backwardFetchRange(key: K, fromMs: number, toMs: number): AsyncIterable<WindowEntry<K, V>>;
  /** Windows of every key whose start lies in [fromMs, toMs]. */
  fetchAll(fromMs: number, toMs: number): AsyncIterable<WindowEntry<K, V>>;
  all(): AsyncIterable<WindowEntry<K, V>>;
}

export interface WindowStore<K, V> extends ReadOnlyWindowStore<K, V> {
  put(key: K, value: V | null, startMs: number): void;
  /** Largest window start put so far; -1 before the first put. Expiry is reckoned from it. */
  readonly observedTimeMs: number;
}

/** Entries of one key that a join found, by time and then in the order of their puts. They stay as they are. */
export interface WindowMatches<V> {
  readonly count: number;
  timeAt(index: number): number;
  /** Reads the value each time it is called. */
  valueAt(index: number): V;
}

/** A window store that retains duplicates: the side of a stream-stream join. */
export interface JoinWindowStore<K, V> extends WindowStore<K, V> {
  /** The entries of a key whose time lies in [fromMs, toMs], at once: by a few point reads. */
  matches(key: K, fromMs: number, toMs: number): WindowMatches<V>;
}

export type TimestampedWindowStore<K, V> = WindowStore<K, ValueAndTimestamp<V>>;

/** A change that is held back, and the record it came with. */
export interface BufferedRecord<K, V> {
  readonly timeMs: number;
  readonly key: K;
  readonly newValue: V | null;
  readonly oldValue: V | null;
  readonly context: RecordContext;
}

/**
 * Changes of a table, one per key, by time and then by the bytes of their keys. A later change of a key takes the place, and
 * the time, of the earlier one.
 */
export interface ChangeBuffer<K, V> extends StateStore {
  /** How many keys are held back. */
  readonly size: number;
  /** What they weigh, as Kafka Streams reckons it. */
  readonly bytes: number;
  /** Time of the first one; `Infinity` when there is none. */
  readonly firstTimeMs: number;
  first(): BufferedRecord<K, V> | undefined;
  removeFirst(): void;
  put(timeMs: number, key: K, newValue: V | null, oldValue: V | null, context: RecordContext): void;
  /** The value that a key had before it was held back, null for none; undefined: the key is not held back. */
  priorValue(key: K): V | null | undefined;
}

/** A record that waits, and where it came from. */
export interface WaitingRecord<K, V> {
  readonly key: K;
  readonly value: V;
  readonly context: RecordContext;
}

/** Records that wait, all of them kept, by time, then by the bytes of their keys, then in the order in which they came. */
export interface RecordBuffer<K, V> extends StateStore {
  /** Largest time put so far; -1 before the first put. */
  readonly observedTimeMs: number;
  /** Time of the first one; `Infinity` when there is none. */
  readonly firstTimeMs: number;
  first(): WaitingRecord<K, V> | undefined;
  removeFirst(): void;
  /** Its place is that of the context's timestamp. */
  put(key: K, value: V, context: RecordContext): void;
}

/** A window store that knows the windows of a key without a scan (`indexed` in its definition). */
export interface IndexedWindowStore<K, V> extends WindowStore<K, V> {
  /**
   * Windows of a key whose start lies in [fromMs, toMs], newest first: a point read each, when it is come to. Windows that
   * were come to may be put meanwhile.
   */
  windowsOf(key: K, fromMs: number, toMs: number): Iterable<WindowEntry<K, V>>;
}

/** A session of a key: from its first record's time to its last one's, both included. */
export interface SessionEntry<K, V> {
  readonly key: K;
  readonly startMs: number;
  readonly endMs: number;
  readonly value: V;
}

/**
 * Sessions by key, end and start (Kafka Streams' `ReadOnlySessionStore`). What sessions a key has is known without a scan,
 * so those of a key are read at once.
 */
export interface ReadOnlySessionStore<K, V> extends StateStore {
  /** The value of the session with exactly these times. */
  fetchSession(key: K, startMs: number, endMs: number): V | undefined;
  /** Sessions of a key that end at or after `earliestEndMs` and start at or before `latestStartMs`, by end, then start. */
  findSessions(key: K, earliestEndMs: number, latestStartMs: number): readonly SessionEntry<K, V>[];
  /** All sessions of a key, by end, then start. */
  fetch(key: K): readonly SessionEntry<K, V>[];
  /** Sessions of every key whose end lies in [earliestEndMs, latestEndMs]. */
  sessionsEndingWithin(earliestEndMs: number, latestEndMs: number): AsyncIterable<SessionEntry<K, V>>;
  all(): AsyncIterable<SessionEntry<K, V>>;
}

/** Kafka Streams' `SessionStore`. */
export interface SessionStore<K, V> extends ReadOnlySessionStore<K, V> {
  /** Null deletes. */
  put(session: Windowed<K>, value: V | null): void;
  remove(session: Windowed<K>): void;
  /** Largest session end put so far; -1 before the first put. Expiry is reckoned from it. */
  readonly observedTimeMs: number;
}

/** A value of a key that is valid from its timestamp on, until another one or a deletion takes its place. */
export interface VersionedRecord<V> {
  readonly value: V;
  /** Since when it is valid, milliseconds. */
  readonly timestamp: number;
  /** When it ceased to be; undefined: it is the latest. */
  readonly validTo: number | undefined;
}

/** What a versioned store's `put` gives for the latest version of its key: its end is not known. */
export const VALID_TO_UNDEFINED = -1;

/** What a versioned store's `put` gives when the version is older than the history: it is not kept. */
export const NOT_PUT = -(2 ** 63);

/** The history of each key (KIP-889): Kafka Streams' `VersionedKeyValueStore`, as far as it is read. */
export interface ReadOnlyVersionedKeyValueStore<K, V> extends StateStore {
  /**
   * The latest version of a key, or, with a time, the one that was valid then; undefined for none. What was valid before
   * the history's retention is not told, except where it is the latest version still.
   */
  get(key: K, asOfMs?: number): VersionedRecord<V> | undefined;
  /**
   * The versions of a key that were valid at some time in [fromMs, toMs], oldest first, as they are at the call. What is
   * older than the retention is told as long as it is there.
   */
  versions(key: K, fromMs: number, toMs: number): Iterable<VersionedRecord<V>>;
}

/** Kafka Streams' `VersionedKeyValueStore` (KIP-889). */
export interface VersionedKeyValueStore<K, V> extends ReadOnlyVersionedKeyValueStore<K, V> {
  /**
   * Puts a version, or, with null, a deletion, in its place in time; later ones stay as they are.
   * @returns when the next version takes its place; {@link VALID_TO_UNDEFINED} if it is the latest, {@link NOT_PUT} if it
   *   is older than the retention
   */
  put(key: K, value: V | null, timestamp: number): number;
  /** Puts a deletion; gives the version that was valid at that time. */
  delete(key: K, timestamp: number): VersionedRecord<V> | undefined;
  /** Largest timestamp put so far; -1 before the first put. The retention is reckoned from it. */
  readonly observedTimeMs: number;
}

// -- what the runtime hands in ---------------------------------------------------------------------------------------

/** The record being processed, as stores, sinks and punctuators need it. One mutable object per task. */
export interface RecordContext {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly headers: Headers;
}

/** Where a store's changes go; the bytes are Kafka Streams'. Absent while restoring and without logging. */
export interface ChangelogWriter {
  /** @param timestamp milliseconds; -1 lets the writer set the time of sending */
  log(key: Buffer, value: Buffer | null, timestamp: number, headers: Headers): void;
}

/** Reads of a store by who answered them. */
export interface CacheCounters {
  readonly hits: Counter;
  readonly misses: Counter;
}

/** What a store may ask of its task. */
export interface StoreContext {
  readonly taskId: string;
  /** Undefined outside a record (wall-clock punctuation, init). */
  recordContext(): RecordContext | undefined;
  /** Largest timestamp that the task has seen; -1 before its first record. Absent: nothing is processed. */
  streamTimeMs?(): number;
  changelog(storeName: string): ChangelogWriter | undefined;
  /** Where a store counts the reads that its overlay answered, and those that went to the base. Absent: nowhere. */
  cacheCounters?(storeName: string): CacheCounters;
  /** A write was dropped because it had expired: counted as `dropped records` with its reason. */
  onExpired(storeName: string): void;
}

/** Where a store stands in its changelog; stored with the commit (DESIGN: local state is a committed prefix). */
export interface ChangelogPosition {
  readonly topicId: string;
  readonly leaderEpoch: number;
  /** The next offset to read. */
  readonly offset: number;
}
