import type { Record } from '../../topology/processor.js';
import { ContextualProcessor } from '../contextual-processor.js';

/** Lets through the records for which the predicate gives `expected`. */
export class FilterProcessor<K, V> extends ContextualProcessor<K, V, K, V> {
  readonly #predicate: (value: V, key: K) => boolean;
  readonly #expected: boolean;

  constructor(predicate: (value: V, key: K) => boolean, expected = true) {
    super();
    this.#predicate = predicate;
    this.#expected = expected;
  }

  process(record: Record<K, V>): void {
    if (this.#predicate(record.value, record.key) === this.#expected) this.context.forward(record);
  }
}
