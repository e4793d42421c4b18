import type { ReadOnlySessionStore, SessionEntry, StoreDefinition } from '../../state/store.js';
import { chain } from './chain.js';

/** The parts of a session store that this instance holds, as one; scans go through them in the order of their tasks. */
export class SessionView<K, V> implements ReadOnlySessionStore<K, V> {
  constructor(
    readonly definition: StoreDefinition,
    /** The parts at the time of the call; throws while they cannot be read. */
    private readonly parts: () => readonly ReadOnlySessionStore<K, V>[],
  ) {}

  get name(): string {
    return this.definition.name;
  }

  fetchSession(key: K, startMs: number, endMs: number): V | undefined {
    for (const part of this.parts()) {
      const value = part.fetchSession(key, startMs, endMs);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  findSessions(key: K, earliestEndMs: number, latestStartMs: number): readonly SessionEntry<K, V>[] {
    return this.parts().flatMap((part) => part.findSessions(key, earliestEndMs, latestStartMs));
  }

  fetch(key: K): readonly SessionEntry<K, V>[] {
    return this.parts().flatMap((part) => part.fetch(key));
  }

  sessionsEndingWithin(earliestEndMs: number, latestEndMs: number): AsyncIterable<SessionEntry<K, V>> {
    return chain(this.parts().map((part) => part.sessionsEndingWithin(earliestEndMs, latestEndMs)));
  }

  all(): AsyncIterable<SessionEntry<K, V>> {
    return chain(this.parts().map((part) => part.all()));
  }
}
