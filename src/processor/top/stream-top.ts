import type { Processor, ProcessorContext, Record } from '../../topology/processor.js';
import type { Change } from '../ktable/change.js';
import { tableStore, type TableStore } from '../ktable/table-store.js';
import { UpdateForwarder } from '../ktable/update-forwarder.js';
import type { TopAdder } from './top-adder.js';

/**
 * Keeps the values of each group with the highest scores, in one row: no more than the list itself has to be known, since a
 * record that was once in a stream is never taken back. The list is sent on when it changes, with the largest timestamp that
 * changed it. Records without key or value are dropped.
 */
export class StreamTopProcessor<K, V> implements Processor<K, V, K, Change<readonly V[]>> {
  readonly #add: TopAdder<V>;
  readonly #storeName: string;
  readonly #sendOldValues: boolean;
  #context!: ProcessorContext<K, Change<readonly V[]>>; // these three are set by init, which always comes before process
  #store!: TableStore<K, readonly V[]>;
  #forwarder!: UpdateForwarder<K, readonly V[]>;

  constructor(add: TopAdder<V>, storeName: string, sendOldValues: boolean) {
    this.#add = add;
    this.#storeName = storeName;
    this.#sendOldValues = sendOldValues;
  }

  init(context: ProcessorContext<K, Change<readonly V[]>>): void {
    this.#context = context;
    this.#store = tableStore(context, this.#storeName);
    this.#forwarder = new UpdateForwarder(context, this.#storeName, this.#sendOldValues);
  }

  process(record: Record<K, V>): void {
    const { key, value } = record;
    if (key == null || value == null) {
      this.#context.dropped(key == null ? 'null-key' : 'null-value');
      return;
    }
    const old = this.#store.get(key);
    const before = old?.value ?? [];
    const top = this.#add(before, value);
    if (top === before) return;
    const timestamp = old === undefined ? record.timestamp : Math.max(record.timestamp, old.timestamp);
    this.#store.put(key, top, timestamp);
    this.#forwarder.forward(key, top, old?.value ?? null, timestamp, record.headers);
  }
}
