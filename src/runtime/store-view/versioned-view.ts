import type { ReadOnlyVersionedKeyValueStore, StoreDefinition, VersionedRecord } from '../../state/store.js';

/** The parts of a versioned store that this instance holds, as one. A key is in one part only. */
export class VersionedView<K, V> implements ReadOnlyVersionedKeyValueStore<K, V> {
  constructor(
    readonly definition: StoreDefinition,
    /** The parts at the time of the call; throws while they cannot be read. */
    private readonly parts: () => readonly ReadOnlyVersionedKeyValueStore<K, V>[],
  ) {}

  get name(): string {
    return this.definition.name;
  }

  get(key: K, asOfMs?: number): VersionedRecord<V> | undefined {
    for (const part of this.parts()) {
      const version = part.get(key, asOfMs);
      if (version !== undefined) return version;
    }
    return undefined;
  }

  versions(key: K, fromMs: number, toMs: number): Iterable<VersionedRecord<V>> {
    return this.parts().flatMap((part) => [...part.versions(key, fromMs, toMs)]);
  }
}
