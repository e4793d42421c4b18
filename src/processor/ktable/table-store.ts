import {
  VALID_TO_UNDEFINED,
  type KeyValueStore,
  type TimestampedKeyValueStore,
  type ValueAndTimestamp,
  type VersionedKeyValueStore,
} from '../../state/store.js';
import type { ProcessorContext } from '../../topology/processor.js';

/** A table's values and their timestamps, whatever its store keeps of them. */
export interface TableStore<K, V> {
  get(key: K): ValueAndTimestamp<V> | undefined;
  /** The value that was valid at a time, where the store keeps versions; else the current one. */
  getAsOf(key: K, timeMs: number): ValueAndTimestamp<V> | undefined;
  /**
   * Null deletes.
   * @returns when the next version takes its place, as a versioned store tells it; any other store: `VALID_TO_UNDEFINED`
   */
  put(key: K, value: V | null, timestamp: number): number;
}

/** The store of a table node; a store that keeps no timestamps gives -1 (unknown). */
export function tableStore<K, V>(context: ProcessorContext, name: string): TableStore<K, V> {
  const { definition } = context.getStateStore(name);
  if (definition.kind === 'versioned') return new VersionedTable<K, V>(context.getStateStore(name));
  if (definition.kind === 'keyValue' && definition.timestamped) {
    return new TimestampedTable<K, V>(context.getStateStore(name));
  }
  return new PlainTable<K, V>(context.getStateStore(name));
}

class TimestampedTable<K, V> implements TableStore<K, V> {
  constructor(readonly store: TimestampedKeyValueStore<K, V>) {}

  get(key: K): ValueAndTimestamp<V> | undefined {
    return this.store.get(key);
  }

  getAsOf(key: K): ValueAndTimestamp<V> | undefined {
    return this.store.get(key);
  }

  put(key: K, value: V | null, timestamp: number): number {
    this.store.put(key, value === null ? null : { value, timestamp });
    return VALID_TO_UNDEFINED;
  }
}

class VersionedTable<K, V> implements TableStore<K, V> {
  constructor(readonly store: VersionedKeyValueStore<K, V>) {}

  get(key: K): ValueAndTimestamp<V> | undefined {
    return this.store.get(key);
  }

  getAsOf(key: K, timeMs: number): ValueAndTimestamp<V> | undefined {
    return this.store.get(key, timeMs);
  }

  put(key: K, value: V | null, timestamp: number): number {
    return this.store.put(key, value, timestamp);
  }
}

class PlainTable<K, V> implements TableStore<K, V> {
  constructor(readonly store: KeyValueStore<K, V>) {}

  get(key: K): ValueAndTimestamp<V> | undefined {
    const value = this.store.get(key);
    return value === undefined ? undefined : { value, timestamp: -1 };
  }

  getAsOf(key: K): ValueAndTimestamp<V> | undefined {
    return this.get(key);
  }

  put(key: K, value: V | null): number {
    this.store.put(key, value);
    return VALID_TO_UNDEFINED;
  }
}
