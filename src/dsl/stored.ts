import type { Serde } from '../serde/serde.js';
import type {
  KeyValueStoreDefinition,
  SessionStoreDefinition,
  StoreDefinition,
  VersionedStoreDefinition,
  WindowStoreDefinition,
} from '../state/store.js';
import { longestWindowMs, type AlignedWindows } from '../processor/window/aligned-windows.js';
import { changelogRetention } from '../topology/internal-topics.js';
import { changelogSettings, ttlMillis, versionedKeyValueStore } from '../topology/store-definitions.js';
import { TopologyError } from '../topology/topology-error.js';
import { validName } from '../topology/naming.js';
import { toMillis } from '../util/time.js';
import type { Stored, WindowStored } from './options.js';
import type { Program } from './program.js';

/** The name that the program gave the store, if it did. */
export function givenStoreName({ store }: Pick<Stored, 'store'>): string | undefined {
  if (store === undefined) return undefined;
  return validName(typeof store === 'string' ? store : store.name);
}

/**
 * Whether the options say anything about a store. Kafka Streams' overloads with and without `Materialized` take numbers
 * differently, which the names of nodes must repeat.
 */
export function mentionsStore(options: Stored & { retention?: unknown; key?: unknown; value?: unknown }): boolean {
  const { store, key, value, storage, caching, logging, retention, historyRetention, standby } = options;
  const mentions = [store, key, value, storage, caching, logging, retention, historyRetention, standby];
  return mentions.some((option) => option !== undefined);
}

/** Whether the options ask for a versioned table, which is kept whether or not its store has a name. */
export function keepsVersions({ store, historyRetention }: Stored): boolean {
  return historyRetention !== undefined || (typeof store === 'object' && store.kind === 'versioned');
}

/**
 * The store of a table or an aggregate.
 * @throws TopologyError `STORE_KIND_MISMATCH`, `INVALID_HISTORY_RETENTION`
 */
export function tableStoreDefinition(
  program: Program,
  name: string,
  options: Stored,
  serdes: { readonly key: Serde<unknown>; readonly value: Serde<unknown> },
): KeyValueStoreDefinition | VersionedStoreDefinition {
  if (keepsVersions(options)) {
    expectNoExpiry(name, options, 'keeps versions');
    return versionedTableStore(program, name, options, serdes);
  }
  const given = givenDefinition(options, 'keyValue');
  if (given !== undefined) return { ...given, ...overrides(options), ...expiry(name, options, given.ttlMs) };
  return {
    kind: 'keyValue',
    name,
    timestamped: true,
    ...settings(program, options, serdes),
    ...expiry(name, options, undefined),
  };
}

function versionedTableStore(
  program: Program,
  name: string,
  options: Stored,
  { key, value }: { readonly key: Serde<unknown>; readonly value: Serde<unknown> },
): VersionedStoreDefinition {
  const { storage = program.storage, logging = true, standby } = options;
  const given = givenDefinition(options, 'versioned');
  const historyRetention = options.historyRetention ?? given?.historyRetentionMs ?? 0; // one of them is there
  const segmentInterval = given?.segmentIntervalMs;
  const store = { name, key, value, historyRetention, segmentInterval, storage, logging, standby };
  const { historyRetentionMs, ...rest } = versionedKeyValueStore(store);
  return { ...(given ?? rest), ...(given && overrides({ ...options, caching: false })), historyRetentionMs };
}

/**
 * The store of a windowed aggregate.
 * @throws TopologyError `RETENTION_TOO_SHORT`
 */
export function windowStoreDefinition(
  program: Program,
  name: string,
  options: WindowStored,
  serdes: { readonly key: Serde<unknown>; readonly value: Serde<unknown> },
  windows: AlignedWindows,
): WindowStoreDefinition {
  const { graceMs } = windows;
  const sizeMs = longestWindowMs(windows);
  const ends = windows.kind === 'calendar' ? { endOf: (startMs: number) => windows.endOf(startMs) } : {};
  const given = givenDefinition(options, 'window');
  const retentionMs =
    options.retention === undefined ? (given?.retentionMs ?? sizeMs + graceMs) : toMillis(options.retention);
  if (retentionMs < sizeMs + graceMs) {
    throw new TopologyError(
      'RETENTION_TOO_SHORT',
      `The retention period of the window store ${name} must be no smaller than its window size plus the grace period.` +
        ` Got size=[${sizeMs}], grace=[${graceMs}], retention=[${retentionMs}]`,
    );
  }
  if (given !== undefined)
    return withChangelogRetention({ ...given, retentionMs, ...ends, ...overrides(options) }, options, sizeMs + graceMs);
  return {
    kind: 'window',
    name,
    timestamped: true,
    retentionMs,
    windowSizeMs: sizeMs,
    ...ends,
    retainDuplicates: false,
    ...settings(program, options, serdes),
  };
}

/** As in Kafka Streams, the changelog of a store given as a definition is kept for the windows' retention, not the store's. */
export function withChangelogRetention<Store extends WindowStoreDefinition | SessionStoreDefinition>(
  store: Store,
  { retention }: WindowStored,
  windowsMs: number,
): Store {
  if (store.logging === false || retention !== undefined) return store;
  const topicConfig = {
    'retention.ms': changelogRetention(windowsMs),
    ...store.logging.topicConfig,
  };
  return { ...store, logging: { topicConfig } };
}

/** What every kind of store is told by the options. */
export function settings(program: Program, options: Stored, serdes: { key: Serde<unknown>; value: Serde<unknown> }) {
  return {
    keySerde: serdes.key,
    valueSerde: serdes.value,
    storage: options.storage ?? program.storage,
    caching: options.caching ?? true,
    logging: changelogSettings(options.logging),
    ...(options.standby !== undefined && { standby: options.standby }),
  };
}

/** @throws TopologyError `INVALID_TTL` */
function expiry(name: string, { ttl, onExpiry }: Stored, given: number | undefined) {
  const ttlMs = ttl === undefined ? given : ttlMillis(name, ttl);
  if (ttlMs !== undefined) return { ttlMs, ...(onExpiry !== undefined && { onExpiry }) };
  if (onExpiry === undefined) return {};
  throw new TopologyError('INVALID_TTL', `Store "${name}" is told what to do when a row is gone, and not when it is`, {
    hint: 'Give "ttl" beside "onExpiry".',
  });
}

/**
 * A ttl where no store is kept, or one of versions, would do nothing.
 * @throws TopologyError `INVALID_TTL`
 */
export function expectNoExpiry(name: string, { ttl, onExpiry }: Stored, why = 'is not kept in a store'): void {
  if (ttl === undefined && onExpiry === undefined) return;
  throw new TopologyError('INVALID_TTL', `Table "${name}" has a ttl and ${why}`, {
    hint: 'Give a store that keeps one version a name: store: "…"; of versions historyRetention tells how long they live.',
  });
}

/** What the options say beside a whole definition goes over it. */
export function overrides({ storage, caching, logging, standby }: Stored) {
  return {
    ...(storage === undefined ? {} : { storage }),
    ...(caching === undefined ? {} : { caching }),
    ...(standby === undefined ? {} : { standby }),
    ...(logging === undefined ? {} : { logging: changelogSettings(logging) }),
  };
}

/**
 * The definition that the program gave in place of a name.
 * @throws TopologyError `STORE_KIND_MISMATCH`
 */
export function givenDefinition<Kind extends StoreDefinition['kind']>(
  { store }: Stored,
  kind: Kind,
): Extract<StoreDefinition, { kind: Kind }> | undefined {
  if (store === undefined || typeof store === 'string') return undefined;
  if (isOfKind(store, kind)) return store;
  throw new TopologyError(
    'STORE_KIND_MISMATCH',
    `Store "${store.name}" is of kind ${store.kind}, where ${kind} is needed`,
  );
}

function isOfKind<Kind extends StoreDefinition['kind']>(
  store: StoreDefinition,
  kind: Kind,
): store is Extract<StoreDefinition, { kind: Kind }> {
  return store.kind === kind;
}
