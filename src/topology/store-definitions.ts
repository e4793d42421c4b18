import type { Serde } from '../serde/serde.js';
import type {
  KeyValueStoreDefinition,
  SessionStoreDefinition,
  VersionedStoreDefinition,
  WindowStoreDefinition,
} from '../state/store.js';
import { toMillis, type Duration } from '../util/time.js';
import { validName } from './naming.js';
import { TopologyError } from './topology-error.js';

/** What every kind of store is told. */
export interface StoreOptions<K, V> {
  readonly name: string;
  readonly key: Serde<K>;
  readonly value: Serde<V>;
  /** `leveldb` (default) survives a restart; `memory` is rebuilt from the changelog. */
  readonly storage?: 'leveldb' | 'memory';
  /** Merge updates of one key between commits before they are logged. Default false. */
  readonly caching?: boolean;
  /** `false`: no changelog, the state is lost with the instance. An object: topic configs of the changelog. */
  readonly logging?: boolean | Readonly<Record<string, string>>;
  /** `false`: it needs no copy on a standby. A task has standbys as soon as one of its stores needs one. Default true: as many as the application has. */
  readonly standby?: boolean;
}

export interface KeyValueStoreOptions<K, V> extends StoreOptions<K, V> {
  /** Values carry the timestamp of their last update. Default false. */
  readonly timestamped?: boolean;
  /** Keep this many entries, the most recently used (memory only). */
  readonly maxEntries?: number;
  /**
   * Entries are gone this long after they were written, by stream time: an entry that was put at `t` (the record's timestamp,
   * in a timestamped store the value's) is there while stream time is below `t + ttl`. `put` may give an entry a shorter one
   * of its own. The changelog is kept as long, and a day. Default: never.
   */
  readonly ttl?: Duration;
}

export interface WindowStoreOptions<K, V> extends StoreOptions<K, V> {
  /** How long a window is kept, by the store's own time. At least the size of a window. */
  readonly retention: Duration;
  readonly windowSize: Duration;
  readonly timestamped?: boolean;
  /** Keep every put, also with equal key and time. Default false. */
  readonly retainDuplicates?: boolean;
}

export interface SessionStoreOptions<K, V> extends StoreOptions<K, V> {
  /** How long a session is kept after its end, by the store's own time. */
  readonly retention: Duration;
}

/** A versioned store has no record cache, so `caching` has no place (KIP-889). */
export interface VersionedStoreOptions<K, V> extends Omit<StoreOptions<K, V>, 'caching'> {
  /** How far back the history reaches, by the store's own time; older updates are refused. */
  readonly historyRetention: Duration;
  /** The history is dropped by spans of this length. Default as Kafka Streams': a third of a short retention, a 24th of a long one. */
  readonly segmentInterval?: Duration;
}

/**
 * A key-value store, to be given to `addStateStore`.
 * @throws TopologyError `INVALID_NAME`, `INVALID_TTL`
 */
export function keyValueStore<K, V>(options: KeyValueStoreOptions<K, V>): KeyValueStoreDefinition {
  return Object.freeze({
    kind: 'keyValue' as const,
    ...common(options),
    timestamped: options.timestamped ?? false,
    ...(options.maxEntries === undefined ? {} : { maxEntries: options.maxEntries, storage: 'memory' as const }),
    ...(options.ttl === undefined ? {} : { ttlMs: ttlMillis(options.name, options.ttl) }),
  });
}

/**
 * A store of windows, to be given to `addStateStore`.
 * @throws TopologyError `INVALID_NAME`, `RETENTION_TOO_SHORT`
 */
export function windowStore<K, V>(options: WindowStoreOptions<K, V>): WindowStoreDefinition {
  const retentionMs = toMillis(options.retention);
  const windowSizeMs = toMillis(options.windowSize);
  if (windowSizeMs > retentionMs) {
    throw new TopologyError(
      'RETENTION_TOO_SHORT',
      `The retention of window store "${options.name}" is shorter than its windows: retention=[${retentionMs}], size=[${windowSizeMs}]`,
    );
  }
  return Object.freeze({
    kind: 'window' as const,
    ...common(options),
    timestamped: options.timestamped ?? false,
    retentionMs,
    windowSizeMs,
    retainDuplicates: options.retainDuplicates ?? false,
  });
}

/**
 * A store of sessions, to be given to `addStateStore`.
 * @throws TopologyError `INVALID_NAME`
 */
export function sessionStore<K, V>(options: SessionStoreOptions<K, V>): SessionStoreDefinition {
  return Object.freeze({
    kind: 'session' as const,
    ...common(options),
    retentionMs: toMillis(options.retention),
  });
}

/**
 * A store of all versions of each key's value, as far back as the history is kept (KIP-889), to be given to `addStateStore`
 * or as a table's `store`. Kafka Streams' `Stores.persistentVersionedKeyValueStore`.
 * @throws TopologyError `INVALID_NAME`, `INVALID_HISTORY_RETENTION`
 */
export function versionedKeyValueStore<K, V>(options: VersionedStoreOptions<K, V>): VersionedStoreDefinition {
  const { segmentInterval } = options;
  const historyRetentionMs = toMillis(options.historyRetention);
  const segmentIntervalMs =
    segmentInterval === undefined ? defaultSegmentMs(historyRetentionMs) : toMillis(segmentInterval);
  if (historyRetentionMs < 0 || segmentIntervalMs < 1) {
    throw new TopologyError(
      'INVALID_HISTORY_RETENTION',
      `The versioned store "${options.name}" has historyRetention ${historyRetentionMs} ms and segmentInterval ${segmentIntervalMs} ms`,
      { hint: 'Give a retention of 0 or more, and segments of 1 ms or more.' },
    );
  }
  return Object.freeze({
    kind: 'versioned' as const,
    ...common({ ...options, caching: false }),
    historyRetentionMs,
    segmentIntervalMs,
  });
}

/** As in Kafka Streams: fewer segments for a short retention. */
function defaultSegmentMs(retentionMs: number): number {
  if (retentionMs <= 60_000) return Math.max(Math.trunc(retentionMs / 3), 2_000);
  if (retentionMs <= 300_000) return Math.max(Math.trunc(retentionMs / 5), 20_000);
  if (retentionMs <= 3_600_000) return Math.max(Math.trunc(retentionMs / 12), 60_000);
  return Math.max(Math.trunc(retentionMs / 24), 300_000);
}

/**
 * A ttl in milliseconds.
 * @throws TopologyError `INVALID_TTL`
 */
export function ttlMillis(store: string, ttl: Duration): number {
  const ttlMs = toMillis(ttl);
  if (ttlMs > 0) return ttlMs;
  throw new TopologyError('INVALID_TTL', `The ttl of store "${store}" is ${ttlMs} ms`, {
    hint: 'Give one above 0, or leave it out.',
  });
}

function common<K, V>({ name, key, value, storage, caching, logging, standby }: StoreOptions<K, V>) {
  return {
    name: validName(name),
    keySerde: key,
    valueSerde: value,
    storage: storage ?? ('leveldb' as const),
    caching: caching ?? false,
    logging: changelogSettings(logging),
    ...(standby !== undefined && { standby }),
  };
}

/** Logging as a definition has it: on by default, off, or on with topic configs. */
export function changelogSettings(
  logging: boolean | Readonly<Record<string, string>> | undefined,
): false | { readonly topicConfig: Readonly<Record<string, string>> } {
  if (logging === false) return false;
  return { topicConfig: typeof logging === 'object' ? logging : {} };
}
