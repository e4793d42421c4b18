import type { ValueAndTimestamp } from '../../state/store.js';
import type { Processor, ProcessorContext, Record } from '../../topology/processor.js';
import { Change } from './change.js';
import { tableStore, type TableStore } from './table-store.js';
import type { TableNodeOptions } from './table-source.js';
import { UpdateForwarder } from './update-forwarder.js';
import type { TableView, ValueGetter } from './value-getter.js';

/** What a {@link TableTransformer} may ask of its task: all but to forward. */
export type TransformerContext = Omit<ProcessorContext, 'forward' | 'forwardFrom'>;

/**
 * Gives each row of a table a new value, with stores at hand. Kafka Streams' `ValueTransformerWithKey`. Where the result is
 * not kept in a store, it is also asked for old values, and by each reader of the table through an instance of its own.
 */
export interface TableTransformer<K, V, VR> {
  init?(context: TransformerContext): void;
  /** @param value null for a deletion; so is the result */
  transform(value: V | null, key: K): VR | null;
  close?(): void;
}

/** Makes one transformer per task and reader. */
export type TableTransformerSupplier<K, V, VR> = () => TableTransformer<K, V, VR>;

/** Gives each row of a table the value that a transformer finds. */
export class TableTransformValuesProcessor<K, V, VR> implements Processor<K, Change<V>, K, Change<VR>> {
  readonly #transformer: TableTransformer<K, V, VR>;
  readonly #options: TableNodeOptions;
  #context!: ProcessorContext<K, Change<VR>>; // set by init, which always comes before process
  #store: TableStore<K, VR> | undefined;
  #forwarder: UpdateForwarder<K, VR> | undefined;

  constructor(transformer: TableTransformer<K, V, VR>, options: TableNodeOptions) {
    this.#transformer = transformer;
    this.#options = options;
  }

  init(context: ProcessorContext<K, Change<VR>>): void {
    this.#context = context;
    this.#transformer.init?.(context);
    const { storeName, sendOldValues } = this.#options;
    if (storeName === undefined) return;
    this.#store = tableStore(context, storeName);
    this.#forwarder = new UpdateForwarder(context, storeName, sendOldValues);
  }

  process(record: Record<K, Change<V>>): void {
    const { key, value: change, timestamp, headers } = record;
    const { sendOldValues } = this.#options;
    const newValue = this.#transformer.transform(change.newValue, key);
    if (this.#store === undefined) {
      const oldValue = sendOldValues ? this.#transformer.transform(change.oldValue, key) : null;
      this.#context.forward(record.withValue(new Change(newValue, oldValue, change.isLatest)));
      return;
    }
    const oldValue = sendOldValues ? (this.#store.get(key)?.value ?? null) : null;
    const validTo = this.#store.put(key, newValue, timestamp);
    this.#forwarder?.forward(key, newValue, oldValue, timestamp, headers, validTo);
  }

  close(): void {
    this.#transformer.close?.();
  }
}

/** A transformed table that keeps no values of its own, read through its parent. */
export function transformedView<K, V, VR>(
  parent: TableView<K, V>,
  supplier: TableTransformerSupplier<K, V, VR>,
): TableView<K, VR> {
  return { ...parent, newGetter: () => new TransformedGetter(parent.newGetter(), supplier()) };
}

class TransformedGetter<K, V, VR> implements ValueGetter<K, VR> {
  constructor(
    readonly parent: ValueGetter<K, V>,
    readonly transformer: TableTransformer<K, V, VR>,
  ) {}

  init(context: ProcessorContext): void {
    this.parent.init(context);
    this.transformer.init?.(context);
  }

  get(key: K): ValueAndTimestamp<VR> | undefined {
    return this.#transformed(this.parent.get(key), key);
  }

  getAsOf(key: K, timeMs: number): ValueAndTimestamp<VR> | undefined {
    return this.#transformed(this.parent.getAsOf(key, timeMs), key);
  }

  #transformed(row: ValueAndTimestamp<V> | undefined, key: K): ValueAndTimestamp<VR> | undefined {
    const value = this.transformer.transform(row?.value ?? null, key);
    return value === null ? undefined : { value, timestamp: row?.timestamp ?? -1 };
  }
}
