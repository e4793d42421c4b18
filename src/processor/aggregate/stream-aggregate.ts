import type { Processor, ProcessorContext, Record } from '../../topology/processor.js';
import type { Change } from '../ktable/change.js';
import { tableStore, type TableStore } from '../ktable/table-store.js';
import { UpdateForwarder } from '../ktable/update-forwarder.js';

/** How values are folded into one. */
export interface Aggregation<K, V, A> {
  /** The aggregate before the first value; undefined: the first value is the aggregate (a reduction). */
  readonly initializer: (() => A) | undefined;
  /** Null deletes the aggregate. */
  readonly aggregator: (aggregate: A, value: V, key: K) => A | null;
  /** It only counts: the order of values is nothing to it. */
  readonly counts?: true;
}

/**
 * Folds all values of a key into one. The result has the largest timestamp folded in. Records without key or value are
 * dropped.
 */
export class StreamAggregateProcessor<K, V, A> implements Processor<K, V, K, Change<A>> {
  readonly #aggregation: Aggregation<K, V, A>;
  readonly #storeName: string;
  readonly #sendOldValues: boolean;
  #context!: ProcessorContext<K, Change<A>>; // these three are set by init, which always comes before process
  #store!: TableStore<K, A>;
  #forwarder!: UpdateForwarder<K, A>;

  constructor(aggregation: Aggregation<K, V, A>, storeName: string, sendOldValues: boolean) {
    this.#aggregation = aggregation;
    this.#storeName = storeName;
    this.#sendOldValues = sendOldValues;
  }

  init(context: ProcessorContext<K, Change<A>>): void {
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
    const newValue = fold(this.#aggregation, old?.value, value, key);
    const timestamp = old === undefined ? record.timestamp : Math.max(record.timestamp, old.timestamp);
    const validTo = this.#store.put(key, newValue, timestamp);
    this.#forwarder.forward(key, newValue, this.#oldValue(old?.value), timestamp, record.headers, validTo);
  }

  /** As in Kafka Streams, what an aggregation starts from counts as its first old value; a reduction starts from nothing. */
  #oldValue(old: A | undefined): A | null {
    if (!this.#sendOldValues) return null;
    return old ?? this.#aggregation.initializer?.() ?? null;
  }
}

/** The aggregate with one more value in it. */
export function fold<K, V, A>(
  { initializer, aggregator }: Aggregation<K, V, A>,
  old: A | undefined,
  value: V,
  key: K,
): A | null {
  if (old !== undefined) return aggregator(old, value, key);
  // A reduction's aggregate is of the values' type.
  return initializer === undefined ? (value as unknown as A) : aggregator(initializer(), value, key);
}
