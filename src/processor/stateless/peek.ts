import type { Processor, Record } from '../../topology/processor.js';
import { ContextualProcessor } from '../contextual-processor.js';

/** Shows each record to an action and passes it on. */
export class PeekProcessor<K, V> extends ContextualProcessor<K, V, K, V> {
  readonly #action: (value: V, key: K) => void;

  constructor(action: (value: V, key: K) => void) {
    super();
    this.#action = action;
  }

  process(record: Record<K, V>): void {
    this.#action(record.value, record.key);
    this.context.forward(record);
  }
}

/** Ends a stream in an action. */
export class ForeachProcessor<K, V> implements Processor<K, V> {
  readonly #action: (value: V, key: K) => void;

  constructor(action: (value: V, key: K) => void) {
    this.#action = action;
  }

  process(record: Record<K, V>): void {
    this.#action(record.value, record.key);
  }
}
