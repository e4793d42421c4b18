import type { ValueAndTimestamp } from '../../state/store.js';
import type { ProcessorContext } from '../../topology/processor.js';

/** Reads the values of a table for a processor that is not the table's own. One per processor. */
export interface ValueGetter<K, V> {
  init(context: ProcessorContext): void;
  get(key: K): ValueAndTimestamp<V> | undefined;
  /** The value that was valid at a time, where the view has a history; else the current one. */
  getAsOf(key: K, timeMs: number): ValueAndTimestamp<V> | undefined;
}

/** How a table is read from outside, and which stores the reader must be connected to. */
export interface TableView<K, V> {
  readonly stores: readonly string[];
  /** How far back it can be read as of a time; undefined: it tells current values only. */
  readonly historyMs: number | undefined;
  newGetter(): ValueGetter<K, V>;
}
