import type { KeyValueStore, TimestampedKeyValueStore, ValueAndTimestamp } from '../../state/store.js';
import type { ProcessorContext } from '../../topology/processor.js';

/** A table's values and their timestamps, whether or not its store keeps the latter. */
export interface TableStore<K, V> {
  get(key: K): ValueAndTimestamp<V> | undefined;
  /** Null deletes. */
  put(key: K, value: V | null, timestamp: number): void;
}

/** The store of a table node; a store that keeps no timestamps gives -1 (unknown). */
export function tableStore<K, V>(context: ProcessorContext, name: string): TableStore<K, V> {
  const store = context.getStateStore(name);
  if (store.definition.kind === 'keyValue' && store.definition.timestamped) {
    return new TimestampedTable<K, V>(context.getStateStore(name));
  }
  return new PlainTable<K, V>(context.getStateStore(name));
}

class TimestampedTable<K, V> implements TableStore<K, V> {
  constructor(readonly store: TimestampedKeyValueStore<K, V>) {}

  get(key: K): ValueAndTimestamp<V> | undefined {
    return this.store.get(key);
  }

  put(key: K, value: V | null, timestamp: number): void {
    this.store.put(key, value === null ? null : { value, timestamp });
  }
}

class PlainTable<K, V> implements TableStore<K, V> {
  constructor(readonly store: KeyValueStore<K, V>) {}

  get(key: K): ValueAndTimestamp<V> | undefined {
    const value = this.store.get(key);
    return value === undefined ? undefined : { value, timestamp: -1 };
  }

  put(key: K, value: V | null): void {
    this.store.put(key, value);
  }
}
