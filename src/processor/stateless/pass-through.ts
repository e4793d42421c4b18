import type { Record } from '../../topology/processor.js';
import { ContextualProcessor } from '../contextual-processor.js';

/** Passes every record on: where streams are merged or branches begin. */
export class PassThroughProcessor<K, V> extends ContextualProcessor<K, V, K, V> {
  process(record: Record<K, V>): void {
    this.context.forward(record);
  }
}
