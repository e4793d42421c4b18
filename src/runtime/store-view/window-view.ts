import type { ReadOnlyWindowStore, StoreDefinition, WindowEntry } from '../../state/store.js';
import { chain } from './chain.js';

/** The parts of a window store that this instance holds, as one; scans go through them in the order of their tasks. */
export class WindowView<K, V> implements ReadOnlyWindowStore<K, V> {
  constructor(
    readonly definition: StoreDefinition,
    /** The parts at the time of the call; throws while they cannot be read. */
    private readonly parts: () => readonly ReadOnlyWindowStore<K, V>[],
  ) {}

  get name(): string {
    return this.definition.name;
  }

  fetch(key: K, startMs: number): V | undefined {
    for (const part of this.parts()) {
      const value = part.fetch(key, startMs);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  fetchRange(key: K, fromMs: number, toMs: number): AsyncIterable<WindowEntry<K, V>> {
    return chain(this.parts().map((part) => part.fetchRange(key, fromMs, toMs)));
  }

  backwardFetchRange(key: K, fromMs: number, toMs: number): AsyncIterable<WindowEntry<K, V>> {
    return chain(this.parts().map((part) => part.backwardFetchRange(key, fromMs, toMs)));
  }

  fetchAll(fromMs: number, toMs: number): AsyncIterable<WindowEntry<K, V>> {
    return chain(this.parts().map((part) => part.fetchAll(fromMs, toMs)));
  }

  all(): AsyncIterable<WindowEntry<K, V>> {
    return chain(this.parts().map((part) => part.all()));
  }
}
