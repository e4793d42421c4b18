import type { StoreDefinition, TimestampedWindowStore, ValueAndTimestamp, WindowStore } from '../../state/store.js';
import type { Windowed } from '../../serde/windowed.js';
import type { ProcessorContext } from '../../topology/processor.js';
import { tableStore, type TableStore } from './table-store.js';
import type { TableView, ValueGetter } from './value-getter.js';

/** Reads a table from its own store. */
export function storeView<K, V>(store: StoreDefinition): TableView<K, V> {
  const { name } = store;
  const historyMs = store.kind === 'versioned' ? store.historyRetentionMs : undefined;
  return { stores: [name], historyMs, newGetter: () => new StoreGetter<K, V>(name) };
}

/** Reads a windowed table from its own store. */
export function windowStoreView<K, V>({ name }: StoreDefinition): TableView<Windowed<K>, V> {
  return { stores: [name], historyMs: undefined, newGetter: () => new WindowStoreGetter<K, V>(name) };
}

class StoreGetter<K, V> implements ValueGetter<K, V> {
  #store: TableStore<K, V> | undefined;

  constructor(readonly storeName: string) {}

  init(context: ProcessorContext): void {
    this.#store = tableStore(context, this.storeName);
  }

  get(key: K): ValueAndTimestamp<V> | undefined {
    return this.#store?.get(key);
  }

  getAsOf(key: K, timeMs: number): ValueAndTimestamp<V> | undefined {
    return this.#store?.getAsOf(key, timeMs);
  }
}

class WindowStoreGetter<K, V> implements ValueGetter<Windowed<K>, V> {
  #store: WindowTable<K, V> | undefined;

  constructor(readonly storeName: string) {}

  init(context: ProcessorContext): void {
    this.#store = windowTable(context, this.storeName);
  }

  get(window: Windowed<K>): ValueAndTimestamp<V> | undefined {
    return this.#store?.fetch(window.key, window.start);
  }

  getAsOf(window: Windowed<K>): ValueAndTimestamp<V> | undefined {
    return this.get(window);
  }
}

/** The windows of a table and their timestamps, whether or not its store keeps the latter. */
export interface WindowTable<K, V> {
  fetch(key: K, startMs: number): ValueAndTimestamp<V> | undefined;
  /** Null deletes. */
  put(key: K, value: V | null, timestamp: number, startMs: number): void;
}

/** The store of a windowed table's node; a store that keeps no timestamps gives -1 (unknown). */
export function windowTable<K, V>(context: ProcessorContext, name: string): WindowTable<K, V> {
  const store = context.getStateStore(name);
  if (store.definition.kind === 'window' && store.definition.timestamped) {
    return new TimestampedWindowTable<K, V>(context.getStateStore(name));
  }
  return new PlainWindowTable<K, V>(context.getStateStore(name));
}

class TimestampedWindowTable<K, V> implements WindowTable<K, V> {
  constructor(readonly store: TimestampedWindowStore<K, V>) {}

  fetch(key: K, startMs: number): ValueAndTimestamp<V> | undefined {
    return this.store.fetch(key, startMs);
  }

  put(key: K, value: V | null, timestamp: number, startMs: number): void {
    this.store.put(key, value === null ? null : { value, timestamp }, startMs);
  }
}

class PlainWindowTable<K, V> implements WindowTable<K, V> {
  constructor(readonly store: WindowStore<K, V>) {}

  fetch(key: K, startMs: number): ValueAndTimestamp<V> | undefined {
    const value = this.store.fetch(key, startMs);
    return value === undefined ? undefined : { value, timestamp: -1 };
  }

  put(key: K, value: V | null, _timestamp: number, startMs: number): void {
    this.store.put(key, value, startMs);
  }
}
