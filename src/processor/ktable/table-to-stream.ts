import type { Record } from '../../topology/processor.js';
import { ContextualProcessor } from '../contextual-processor.js';
import type { Change } from './change.js';

/** A table's updates as a stream: the new values, null for a deletion. */
export class TableToStreamProcessor<K, V> extends ContextualProcessor<K, Change<V>, K, V | null> {
  process(record: Record<K, Change<V>>): void {
    this.context.forward(record.withValue(record.value.newValue));
  }
}
