import type { Serde } from '../../serde/serde.js';
import type { ReadOnlyKeyValueStore, StoreDefinition } from '../../state/store.js';
import { chain } from './chain.js';

/**
 * The parts of a key-value store that this instance holds, as one. A key is in one part only; scans go through the parts
 * in the order of their tasks, each part in the order of its keys.
 */
export class KeyValueView<K, V> implements ReadOnlyKeyValueStore<K, V> {
  constructor(
    readonly definition: StoreDefinition,
    /** The parts at the time of the call; throws while they cannot be read. */
    private readonly parts: () => readonly ReadOnlyKeyValueStore<K, V>[],
  ) {}

  get name(): string {
    return this.definition.name;
  }

  get(key: K): V | undefined {
    for (const part of this.parts()) {
      const value = part.get(key);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  range(from: K | null, to: K | null): AsyncIterable<readonly [K, V]> {
    return chain(this.parts().map((part) => part.range(from, to)));
  }

  reverseRange(from: K | null, to: K | null): AsyncIterable<readonly [K, V]> {
    return chain(this.parts().map((part) => part.reverseRange(from, to)));
  }

  all(): AsyncIterable<readonly [K, V]> {
    return chain(this.parts().map((part) => part.all()));
  }

  reverseAll(): AsyncIterable<readonly [K, V]> {
    return chain(this.parts().map((part) => part.reverseAll()));
  }

  prefixScan<P>(prefix: P, prefixSerde: Serde<P>): AsyncIterable<readonly [K, V]> {
    return chain(this.parts().map((part) => part.prefixScan(prefix, prefixSerde)));
  }

  approximateEntries(): number {
    return this.parts().reduce((sum, part) => sum + part.approximateEntries(), 0);
  }
}
