import { string } from '../serde/primitives.js';
import type {
  ReadOnlyKeyValueStore,
  ReadOnlySessionStore,
  ReadOnlyWindowStore,
  StateStore,
  ValueAndTimestamp,
  WindowEntry,
} from './store.js';
import { TableVersionedStore } from './versioned/versioned-store.js';

/** A row of a store of any kind; times are milliseconds. */
export interface StoreRow {
  readonly key: unknown;
  /** Null: the deletion of a version. */
  readonly value: unknown;
  readonly timestamp?: number;
  readonly windowStartMs?: number;
  readonly windowEndMs?: number;
  /** Of a version that has ended. */
  readonly validToMs?: number;
}

/** Keys that rows are wanted of; a store that finds them no faster than all others gives all. */
export interface WantedKeys {
  readonly key?: unknown;
  /** Of keys that are strings. */
  readonly prefix?: string;
}

/** The committed rows of a store, in the order in which it keeps them. Of one that holds records back there are none. */
export async function* storeRows(store: StateStore, wanted: WantedKeys = {}): AsyncGenerator<StoreRow, void> {
  const { definition } = store;
  const timed = 'timestamped' in definition && definition.timestamped ? valueAndTimestamp : plainValue;
  // as: a store is of the kind that its definition says
  if (definition.kind === 'keyValue') {
    for await (const [key, value] of entriesOf(store as ReadOnlyKeyValueStore<unknown, unknown>, wanted))
      yield { key, ...timed(value) };
  } else if (definition.kind === 'window') {
    for await (const { key, startMs, endMs, value } of windowsOf(
      store as ReadOnlyWindowStore<unknown, unknown>,
      wanted,
    ))
      yield { key, ...timed(value), windowStartMs: startMs, windowEndMs: endMs };
  } else if (definition.kind === 'session') {
    const sessions = store as ReadOnlySessionStore<unknown, unknown>;
    for await (const { key, startMs, endMs, value } of wanted.key === undefined
      ? sessions.all()
      : sessions.fetch(wanted.key))
      yield { key, value, windowStartMs: startMs, windowEndMs: endMs };
  } else if (store instanceof TableVersionedStore) {
    for await (const { key, value, timestamp, validTo } of store.entries())
      yield { key, value: value as unknown, timestamp, ...(validTo !== undefined && { validToMs: validTo }) };
  }
}

function entriesOf(
  store: ReadOnlyKeyValueStore<unknown, unknown>,
  { key, prefix }: WantedKeys,
): AsyncIterable<readonly [unknown, unknown]> | readonly (readonly [unknown, unknown])[] {
  if (prefix !== undefined) return store.prefixScan(prefix, string());
  if (key === undefined) return store.all();
  const value = store.get(key);
  return value === undefined ? [] : [[key, value]];
}

function windowsOf(
  store: ReadOnlyWindowStore<unknown, unknown>,
  { key }: WantedKeys,
): AsyncIterable<WindowEntry<unknown, unknown>> {
  return key === undefined ? store.all() : store.fetchRange(key, 0, Number.MAX_SAFE_INTEGER);
}

function plainValue(value: unknown): Pick<StoreRow, 'value' | 'timestamp'> {
  return { value };
}

function valueAndTimestamp(value: unknown): Pick<StoreRow, 'value' | 'timestamp'> {
  return value as ValueAndTimestamp<unknown>; // what a timestamped store gives
}
