import type {
  ReadOnlyKeyValueStore,
  ReadOnlySessionStore,
  ReadOnlyWindowStore,
  StateStore,
  ValueAndTimestamp,
} from '../../state/store.js';
import { TableVersionedStore } from '../../state/versioned/versioned-store.js';

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

/** The committed rows of a store, in the order in which it keeps them. Of one that holds records back there are none. */
export async function* storeRows(store: StateStore): AsyncGenerator<StoreRow, void> {
  const { definition } = store;
  const timed = 'timestamped' in definition && definition.timestamped ? valueAndTimestamp : plainValue;
  // as: a store is of the kind that its definition says
  if (definition.kind === 'keyValue') {
    for await (const [key, value] of (store as ReadOnlyKeyValueStore<unknown, unknown>).all())
      yield { key, ...timed(value) };
  } else if (definition.kind === 'window') {
    for await (const { key, startMs, endMs, value } of (store as ReadOnlyWindowStore<unknown, unknown>).all())
      yield { key, ...timed(value), windowStartMs: startMs, windowEndMs: endMs };
  } else if (definition.kind === 'session') {
    for await (const { key, startMs, endMs, value } of (store as ReadOnlySessionStore<unknown, unknown>).all())
      yield { key, value, windowStartMs: startMs, windowEndMs: endMs };
  } else if (store instanceof TableVersionedStore) {
    for await (const { key, value, timestamp, validTo } of store.entries())
      yield { key, value: value as unknown, timestamp, ...(validTo !== undefined && { validToMs: validTo }) };
  }
}

function plainValue(value: unknown): Pick<StoreRow, 'value' | 'timestamp'> {
  return { value };
}

function valueAndTimestamp(value: unknown): Pick<StoreRow, 'value' | 'timestamp'> {
  return value as ValueAndTimestamp<unknown>; // what a timestamped store gives
}
