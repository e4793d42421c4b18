import type { Record } from '../../topology/processor.js';
import { ContextualProcessor } from '../contextual-processor.js';

/** Gives each record a new value. */
export class MapValuesProcessor<K, V, VR> extends ContextualProcessor<K, V, K, VR> {
  readonly #mapper: (value: V, key: K) => VR;

  constructor(mapper: (value: V, key: K) => VR) {
    super();
    this.#mapper = mapper;
  }

  process(record: Record<K, V>): void {
    this.context.forward(record.withValue(this.#mapper(record.value, record.key)));
  }
}

/** Turns each record into any number of records of its key, in the order of the iterable. */
export class FlatMapValuesProcessor<K, V, VR> extends ContextualProcessor<K, V, K, VR> {
  readonly #mapper: (value: V, key: K) => Iterable<VR>;

  constructor(mapper: (value: V, key: K) => Iterable<VR>) {
    super();
    this.#mapper = mapper;
  }

  process(record: Record<K, V>): void {
    for (const value of this.#mapper(record.value, record.key)) this.context.forward(record.withValue(value));
  }
}
