import type { IndexedWindowStore, ValueAndTimestamp, WindowEntry } from '../../state/store.js';
import type { ProcessorContext } from '../../topology/processor.js';
import { windowTable, type WindowTable } from './store-view.js';

/** A window of a key, and the largest timestamp that was folded into its value. */
export interface TimedWindow<V> {
  readonly startMs: number;
  readonly value: V;
  readonly timestamp: number;
}

/** The windows of a table whose store knows those of a key without a scan. */
export interface IndexedWindowTable<K, V> extends WindowTable<K, V> {
  /** Windows of a key that start in [fromMs, toMs], newest first, each read when it is come to. */
  windowsOf(key: K, fromMs: number, toMs: number): Iterable<TimedWindow<V>>;
}

/** The indexed store of a windowed table's node; a store that keeps no timestamps gives -1 (unknown). */
export function indexedWindowTable<K, V>(context: ProcessorContext, name: string): IndexedWindowTable<K, V> {
  const store = context.getStateStore<IndexedWindowStore<K, unknown>>(name);
  const table = windowTable<K, V>(context, name);
  const isTimestamped = store.definition.kind === 'window' && store.definition.timestamped;
  // The definition tells which of the two the values are.
  const timed = isTimestamped
    ? ({ startMs, value }: WindowEntry<K, unknown>) => ({ startMs, ...(value as ValueAndTimestamp<V>) })
    : ({ startMs, value }: WindowEntry<K, unknown>) => ({ startMs, value: value as V, timestamp: -1 });
  return {
    fetch: (key, startMs) => table.fetch(key, startMs),
    put: (key, value, timestamp, startMs) => {
      table.put(key, value, timestamp, startMs);
    },
    *windowsOf(key, fromMs, toMs) {
      for (const window of store.windowsOf(key, fromMs, toMs)) yield timed(window);
    },
  };
}
