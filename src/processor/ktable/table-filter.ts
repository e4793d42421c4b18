import type { ValueAndTimestamp } from '../../state/store.js';
import type { Processor, ProcessorContext, Record } from '../../topology/processor.js';
import { Change } from './change.js';
import { tableStore, type TableStore } from './table-store.js';
import type { TableNodeOptions } from './table-source.js';
import { UpdateForwarder } from './update-forwarder.js';
import type { TableView, ValueGetter } from './value-getter.js';

/** Keeps the rows of a table for which `keeps` holds; a row that no longer does becomes a tombstone. */
export class TableFilterProcessor<K, V> implements Processor<K, Change<V>, K, Change<V>> {
  readonly #keeps: (value: V, key: K) => boolean;
  readonly #options: TableNodeOptions;
  readonly #versioned: boolean;
  #context!: ProcessorContext<K, Change<V>>; // set by init, which always comes before process
  #store: TableStore<K, V> | undefined;
  #forwarder: UpdateForwarder<K, V> | undefined;

  /** @param versioned whether the filtered table is */
  constructor(keeps: (value: V, key: K) => boolean, options: TableNodeOptions, versioned: boolean) {
    this.#keeps = keeps;
    this.#options = options;
    this.#versioned = versioned;
  }

  init(context: ProcessorContext<K, Change<V>>): void {
    this.#context = context;
    const { storeName, sendOldValues } = this.#options;
    if (storeName === undefined) return;
    this.#store = tableStore(context, storeName);
    this.#forwarder = new UpdateForwarder(context, storeName, sendOldValues);
  }

  process(record: Record<K, Change<V>>): void {
    const { key, value: change } = record;
    const newValue = this.#kept(key, change.newValue);
    const oldValue = this.#oldValue(key, change);
    // With old values known, a row that was not there and is not there now is no news; a versioned one was there once.
    if (this.#options.sendOldValues && newValue === null && oldValue === null && !this.#versioned) return;
    if (this.#store === undefined) {
      this.#context.forward(record.withValue(new Change(newValue, oldValue, change.isLatest)));
    } else {
      const validTo = this.#store.put(key, newValue, record.timestamp);
      this.#forwarder?.forward(key, newValue, oldValue, record.timestamp, record.headers, validTo);
    }
  }

  #oldValue(key: K, change: Change<V>): V | null {
    if (!this.#options.sendOldValues) return null;
    return this.#store === undefined ? this.#kept(key, change.oldValue) : (this.#store.get(key)?.value ?? null);
  }

  #kept(key: K, value: V | null): V | null {
    return value !== null && this.#keeps(value, key) ? value : null;
  }
}

/** A filtered table that keeps no values of its own, read through its parent. */
export function filteredView<K, V>(parent: TableView<K, V>, keeps: (value: V, key: K) => boolean): TableView<K, V> {
  return { ...parent, newGetter: () => new FilteredGetter(parent.newGetter(), keeps) };
}

class FilteredGetter<K, V> implements ValueGetter<K, V> {
  constructor(
    readonly parent: ValueGetter<K, V>,
    readonly keeps: (value: V, key: K) => boolean,
  ) {}

  init(context: ProcessorContext): void {
    this.parent.init(context);
  }

  get(key: K): ValueAndTimestamp<V> | undefined {
    return this.#kept(this.parent.get(key), key);
  }

  getAsOf(key: K, timeMs: number): ValueAndTimestamp<V> | undefined {
    return this.#kept(this.parent.getAsOf(key, timeMs), key);
  }

  #kept(row: ValueAndTimestamp<V> | undefined, key: K): ValueAndTimestamp<V> | undefined {
    return row !== undefined && this.keeps(row.value, key) ? row : undefined;
  }
}
