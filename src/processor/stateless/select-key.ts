import type { Record } from '../../topology/processor.js';
import { ContextualProcessor } from '../contextual-processor.js';

/** Gives each record a new key. */
export class SelectKeyProcessor<K, V, KR> extends ContextualProcessor<K, V, KR, V> {
  readonly #selector: (value: V, key: K) => KR;

  constructor(selector: (value: V, key: K) => KR) {
    super();
    this.#selector = selector;
  }

  process(record: Record<K, V>): void {
    this.context.forward(record.withKey(this.#selector(record.value, record.key)));
  }
}
