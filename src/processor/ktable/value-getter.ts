import type { ValueAndTimestamp } from '../../state/store.js';
import type { ProcessorContext } from '../../topology/processor.js';

/** Reads the current value of a table for a processor that is not the table's own. One per processor. */
export interface ValueGetter<K, V> {
  init(context: ProcessorContext): void;
  get(key: K): ValueAndTimestamp<V> | undefined;
}

/** How a table is read from outside, and which stores the reader must be connected to. */
export interface TableView<K, V> {
  readonly stores: readonly string[];
  newGetter(): ValueGetter<K, V>;
}
