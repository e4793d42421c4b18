import type { Processor, ProcessorContext, Record } from '../../topology/processor.js';
import { Change } from './change.js';
import { tableStore, type TableStore } from './table-store.js';
import { UpdateForwarder } from './update-forwarder.js';

/** Whether a table's node keeps its values, and whether it tells old ones. */
export interface TableNodeOptions {
  readonly storeName: string | undefined;
  readonly sendOldValues: boolean;
}

/** Turns a stream of upserts and tombstones into a table. Records without a key are dropped. */
export class TableSourceProcessor<K, V> implements Processor<K, V | null, K, Change<V>> {
  readonly #options: TableNodeOptions;
  #context!: ProcessorContext<K, Change<V>>; // set by init, which always comes before process
  #store: TableStore<K, V> | undefined;
  #forwarder: UpdateForwarder<K, V> | undefined;

  constructor(options: TableNodeOptions) {
    this.#options = options;
  }

  init(context: ProcessorContext<K, Change<V>>): void {
    this.#context = context;
    const { storeName, sendOldValues } = this.#options;
    if (storeName === undefined) return;
    this.#store = tableStore(context, storeName);
    this.#forwarder = new UpdateForwarder(context, storeName, sendOldValues);
  }

  process(record: Record<K, V | null>): void {
    const { key, timestamp, headers } = record;
    const value = record.value ?? null;
    if (key == null) {
      this.#context.dropped('null-key');
    } else if (this.#store === undefined) {
      this.#context.forward(record.withValue(new Change(value, null)));
    } else {
      const oldValue = this.#options.sendOldValues ? (this.#store.get(key)?.value ?? null) : null;
      const validTo = this.#store.put(key, value, timestamp);
      this.#forwarder?.forward(key, value, oldValue, timestamp, headers, validTo);
    }
  }
}
