import type { IndexedWindowStore, ValueAndTimestamp } from '../../state/store.js';
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

/** The indexed store of a windowed table's node; it keeps timestamps. */
export function indexedWindowTable<K, V>(context: ProcessorContext, name: string): IndexedWindowTable<K, V> {
  const store = context.getStateStore<IndexedWindowStore<K, ValueAndTimestamp<V>>>(name);
  const table = windowTable<K, V>(context, name);
  return {
    fetch: (key, startMs) => table.fetch(key, startMs),
    put: (key, value, timestamp, startMs) => {
      table.put(key, value, timestamp, startMs);
    },
    *windowsOf(key, fromMs, toMs) {
      for (const { startMs, value } of store.windowsOf(key, fromMs, toMs)) yield { startMs, ...value };
    },
  };
}
