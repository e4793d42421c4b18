import type { Processor, ProcessorContext, Record } from '../../topology/processor.js';
import type { Change } from '../ktable/change.js';
import { tableStore, type TableStore } from '../ktable/table-store.js';
import { UpdateForwarder } from '../ktable/update-forwarder.js';
import { fold, type Aggregation } from './stream-aggregate.js';

/** How the rows of a group are folded into one value, and taken out of it again when they change. */
export interface TableAggregation<K, V, A> extends Aggregation<K, V, A> {
  readonly subtractor: (aggregate: A, value: V, key: K) => A | null;
}

/** Folds all rows of a group into one value: a changed row is first taken out with its old value, then put in again. */
export class TableAggregateProcessor<K, V, A> implements Processor<K, Change<V>, K, Change<A>> {
  readonly #aggregation: TableAggregation<K, V, A>;
  readonly #storeName: string;
  readonly #sendOldValues: boolean;
  #store!: TableStore<K, A>; // both are set by init, which always comes before process
  #forwarder!: UpdateForwarder<K, A>;

  constructor(aggregation: TableAggregation<K, V, A>, storeName: string, sendOldValues: boolean) {
    this.#aggregation = aggregation;
    this.#storeName = storeName;
    this.#sendOldValues = sendOldValues;
  }

  init(context: ProcessorContext<K, Change<A>>): void {
    this.#store = tableStore(context, this.#storeName);
    this.#forwarder = new UpdateForwarder(context, this.#storeName, this.#sendOldValues);
  }

  process({ key, value: { newValue, oldValue }, timestamp, headers }: Record<K, Change<V>>): void {
    const old = this.#store.get(key);
    let aggregate: A | null = old?.value ?? null;
    let newTimestamp = timestamp;
    if (old !== undefined && oldValue !== null) {
      aggregate = this.#aggregation.subtractor(old.value, oldValue, key);
      newTimestamp = Math.max(timestamp, old.timestamp);
    }
    if (newValue !== null) {
      if (old !== undefined && this.#countsOld(aggregate)) newTimestamp = Math.max(timestamp, old.timestamp);
      aggregate = fold(this.#aggregation, aggregate ?? undefined, newValue, key);
    }
    const validTo = this.#store.put(key, aggregate, newTimestamp);
    this.#forwarder.forward(key, aggregate, old?.value ?? null, newTimestamp, headers, validTo);
  }

  /** A reduction that starts anew takes the new row's timestamp; an aggregation keeps the largest all the same. */
  #countsOld(aggregate: A | null): boolean {
    return aggregate !== null || this.#aggregation.initializer !== undefined;
  }
}
