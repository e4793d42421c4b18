import type { Serde } from '../serde/serde.js';
import type { KeyValueStoreDefinition, StoreDefinition, WindowStoreDefinition } from '../state/store.js';
import { SIDE_AT, unjoinedKeySerde, unjoinedValuesSerde } from '../processor/join/unjoined-format.js';
import { joinWindowSizeMs, type JoinWindows } from '../processor/window/join-windows.js';
import { changelogSettings } from '../topology/store-definitions.js';
import { TopologyError } from '../topology/topology-error.js';
import { validName } from '../topology/naming.js';
import type { StreamJoined } from './options.js';

/** What the stores of a stream-stream join have in common. */
export interface JoinStoreFacts {
  readonly options: StreamJoined;
  readonly windows: JoinWindows;
  /** The builder's. */
  readonly storage: 'leveldb' | 'memory';
}

/**
 * The store of one side: the one that the program gives, or one of the name `<base>-store`. It is kept for as long as another
 * record can find its records, and its changelog is not compacted, since each put counts.
 * @throws TopologyError `JOIN_STORE_MISMATCH`
 */
export function joinSideStore(
  { options, windows, storage }: JoinStoreFacts,
  given: StoreDefinition | undefined,
  baseName: string,
  serdes: { readonly key: Serde<unknown>; readonly value: Serde<unknown> },
): WindowStoreDefinition {
  const windowSizeMs = joinWindowSizeMs(windows);
  const retentionMs = windowSizeMs + windows.graceMs;
  if (given !== undefined)
    return { ...checkedStore(given, windowSizeMs, retentionMs), caching: false, logHeaders: true };
  const logging = changelogSettings(options.logging);
  return {
    kind: 'window',
    name: validName(`${baseName}-store`),
    keySerde: serdes.key,
    valueSerde: serdes.value,
    storage: options.storage ?? storage,
    caching: false,
    logging: logging === false ? false : { topicConfig: { ...logging.topicConfig, 'cleanup.policy': 'delete' } },
    logHeaders: true,
    timestamped: false,
    retentionMs,
    windowSizeMs,
    retainDuplicates: true,
  };
}

/** The store that both sides of a left or outer join share: records that have found no other yet. */
export function unjoinedStore(
  { options, storage }: JoinStoreFacts,
  baseName: string,
  serdes: { readonly key: Serde<unknown>; readonly left: Serde<unknown>; readonly right: Serde<unknown> },
): KeyValueStoreDefinition {
  return {
    kind: 'keyValue',
    name: validName(`${baseName}-store`),
    keySerde: unjoinedKeySerde(serdes.key),
    valueSerde: unjoinedValuesSerde(serdes.left, serdes.right),
    storage: options.storage ?? options.thisStore?.storage ?? storage,
    caching: false,
    logging: changelogSettings(options.logging),
    timestamped: false,
    laneAt: SIDE_AT,
  };
}

/**
 * Two given stores must be two.
 * @throws TopologyError `JOIN_STORE_MISMATCH`
 */
export function expectTwoStores({ thisStore, otherStore }: StreamJoined): void {
  if (thisStore === undefined || thisStore.name !== otherStore?.name) return;
  throw mismatch(`Both sides of a join have the store "${thisStore.name}"`, 'Give each side a store of its own.');
}

function checkedStore(store: StoreDefinition, windowSizeMs: number, retentionMs: number): WindowStoreDefinition {
  if (store.kind !== 'window' || !store.retainDuplicates || store.timestamped) {
    throw mismatch(
      `Store "${store.name}" can not keep the side of a join`,
      'Give a plain window store with retainDuplicates.',
    );
  }
  if (store.windowSizeMs === windowSizeMs && store.retentionMs === retentionMs) return store;
  throw mismatch(
    `Window settings mismatch: store "${store.name}" has size ${store.windowSizeMs} and retention ${store.retentionMs} ms`,
    `The join needs size ${windowSizeMs} ms (before + after) and retention ${retentionMs} ms (size + grace).`,
  );
}

function mismatch(message: string, hint: string): TopologyError {
  return new TopologyError('JOIN_STORE_MISMATCH', message, { hint });
}
