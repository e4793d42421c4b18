import type { Processor, ProcessorContext, Record } from '../../topology/processor.js';
import type { Change } from '../ktable/change.js';
import { tableStore, type TableStore } from '../ktable/table-store.js';
import type { TableNodeOptions } from '../ktable/table-source.js';
import { UpdateForwarder } from '../ktable/update-forwarder.js';

/** Takes the results of both sides of a table join as one table, which it keeps if it can be queried. */
export class TableJoinMergeProcessor<K, V> implements Processor<K, Change<V>, K, Change<V>> {
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

  process(record: Record<K, Change<V>>): void {
    const { key, value: change, timestamp, headers } = record;
    if (this.#store === undefined) {
      // A side knows old values only where somebody asked for them.
      this.#context.forward(record);
      return;
    }
    const validTo = this.#store.put(key, change.newValue, timestamp);
    this.#forwarder?.forward(key, change.newValue, change.oldValue, timestamp, headers, validTo);
  }
}
