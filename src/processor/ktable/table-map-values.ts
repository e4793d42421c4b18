import type { ValueAndTimestamp } from '../../state/store.js';
import type { Processor, ProcessorContext, Record } from '../../topology/processor.js';
import { Change } from './change.js';
import { tableStore, type TableStore } from './table-store.js';
import type { TableNodeOptions } from './table-source.js';
import { UpdateForwarder } from './update-forwarder.js';
import type { TableView, ValueGetter } from './value-getter.js';

/** Gives each row of a table a new value; a null one deletes the row. */
export class TableMapValuesProcessor<K, V, VR> implements Processor<K, Change<V>, K, Change<VR>> {
  readonly #mapper: (value: V, key: K) => VR | null;
  readonly #options: TableNodeOptions;
  #context!: ProcessorContext<K, Change<VR>>; // set by init, which always comes before process
  #store: TableStore<K, VR> | undefined;
  #forwarder: UpdateForwarder<K, VR> | undefined;

  constructor(mapper: (value: V, key: K) => VR | null, options: TableNodeOptions) {
    this.#mapper = mapper;
    this.#options = options;
  }

  init(context: ProcessorContext<K, Change<VR>>): void {
    this.#context = context;
    const { storeName, sendOldValues } = this.#options;
    if (storeName === undefined) return;
    this.#store = tableStore(context, storeName);
    this.#forwarder = new UpdateForwarder(context, storeName, sendOldValues);
  }

  process(record: Record<K, Change<V>>): void {
    const { key, value: change } = record;
    const newValue = this.#mapped(key, change.newValue);
    const oldValue = this.#oldValue(key, change);
    if (this.#store === undefined) {
      this.#context.forward(record.withValue(new Change(newValue, oldValue, change.isLatest)));
    } else {
      const validTo = this.#store.put(key, newValue, record.timestamp);
      this.#forwarder?.forward(key, newValue, oldValue, record.timestamp, record.headers, validTo);
    }
  }

  #oldValue(key: K, change: Change<V>): VR | null {
    if (!this.#options.sendOldValues) return null;
    return this.#store === undefined ? this.#mapped(key, change.oldValue) : (this.#store.get(key)?.value ?? null);
  }

  #mapped(key: K, value: V | null): VR | null {
    return value === null ? null : this.#mapper(value, key);
  }
}

/** A mapped table that keeps no values of its own, read through its parent. */
export function mappedView<K, V, VR>(
  parent: TableView<K, V>,
  mapper: (value: V, key: K) => VR | null,
): TableView<K, VR> {
  return { ...parent, newGetter: () => new MappedGetter(parent.newGetter(), mapper) };
}

class MappedGetter<K, V, VR> implements ValueGetter<K, VR> {
  constructor(
    readonly parent: ValueGetter<K, V>,
    readonly mapper: (value: V, key: K) => VR | null,
  ) {}

  init(context: ProcessorContext): void {
    this.parent.init(context);
  }

  get(key: K): ValueAndTimestamp<VR> | undefined {
    return this.#mapped(this.parent.get(key), key);
  }

  getAsOf(key: K, timeMs: number): ValueAndTimestamp<VR> | undefined {
    return this.#mapped(this.parent.getAsOf(key, timeMs), key);
  }

  #mapped(row: ValueAndTimestamp<V> | undefined, key: K): ValueAndTimestamp<VR> | undefined {
    if (row === undefined) return undefined;
    const value = this.mapper(row.value, key);
    return value === null ? undefined : { value, timestamp: row.timestamp };
  }
}
