import type { KeyValueStore, WindowStore } from '../../state/store.js';
import type { ProcessorContext } from '../../topology/processor.js';
import type { Identity } from './identity.js';
import { sameOccurrence, type Occurrence } from './occurrence.js';

/** The first occurrences of identities, as far as they are remembered. */
export interface Remembered<K> {
  /** Whether this is the first one; if so it is remembered. */
  takeFirst(identity: Identity<K>, occurrence: Occurrence): boolean;
}

/**
 * Remembers identities around the time of their first occurrences: two of them are at least `withinMs` apart, on either side.
 * So no two fall into one bucket of that length, and the one before and the one after a record are found by three reads.
 */
export class RememberedWithin<K> implements Remembered<K> {
  readonly #store: WindowStore<Identity<K>, Occurrence>;
  readonly #withinMs: number;

  constructor(context: ProcessorContext, storeName: string, withinMs: number) {
    this.#store = context.getStateStore(storeName);
    this.#withinMs = withinMs;
  }

  takeFirst(identity: Identity<K>, occurrence: Occurrence): boolean {
    const { timestamp } = occurrence;
    const bucket = timestamp - (timestamp % this.#withinMs);
    const near =
      this.#near(identity, bucket, timestamp) ??
      this.#near(identity, bucket - this.#withinMs, timestamp) ??
      this.#near(identity, bucket + this.#withinMs, timestamp);
    if (near !== undefined) return sameOccurrence(near, occurrence);
    this.#store.put(identity, occurrence, bucket);
    return true;
  }

  #near(identity: Identity<K>, bucket: number, timestamp: number): Occurrence | undefined {
    // No bucket that begins later has ever been put: the common case, records in order, ends here.
    if (bucket < 0 || bucket > this.#store.observedTimeMs) return undefined;
    const found = this.#store.fetch(identity, bucket);
    if (found === undefined) return undefined;
    return Math.abs(found.timestamp - timestamp) < this.#withinMs ? found : undefined;
  }
}

/** Remembers identities for good. */
export class RememberedForGood<K> implements Remembered<K> {
  readonly #store: KeyValueStore<Identity<K>, Occurrence>;

  constructor(context: ProcessorContext, storeName: string) {
    this.#store = context.getStateStore(storeName);
  }

  takeFirst(identity: Identity<K>, occurrence: Occurrence): boolean {
    const first = this.#store.putIfAbsent(identity, occurrence);
    return first === undefined || sameOccurrence(first, occurrence);
  }
}
