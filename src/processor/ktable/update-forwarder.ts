import { NOT_PUT, VALID_TO_UNDEFINED } from '../../state/store.js';
import type { Headers } from '../../util/headers.js';
import type { ProcessorContext } from '../../topology/processor.js';
import { Record } from '../../topology/processor.js';
import { Change } from './change.js';

/**
 * Sends a table's updates on: each at once, or, where the store has a record cache, when the cache gives them up. Old values
 * go along only if somebody downstream asked for them.
 */
export class UpdateForwarder<K, V> {
  readonly #context: ProcessorContext<K, Change<V>>;
  readonly #sendOldValues: boolean;
  readonly #cached: boolean;

  constructor(context: ProcessorContext<K, Change<V>>, storeName: string, sendOldValues: boolean) {
    this.#context = context;
    this.#sendOldValues = sendOldValues;
    this.#cached = context.onStoreFlush<K, V>(
      storeName,
      (key, newValue, oldValue, timestamp, headers) => {
        context.forward(new Record(key, new Change(newValue, sendOldValues ? oldValue : null), timestamp, headers));
      },
      { sendOldValues },
    );
  }

  /** Whether an update is sent now; if not, there is no need to make its key. */
  get immediate(): boolean {
    return !this.#cached;
  }

  /** @param validTo what the store's `put` gave: an update that it refused is not sent */
  forward(
    key: K,
    newValue: V | null,
    oldValue: V | null,
    timestamp: number,
    headers: Headers,
    validTo = VALID_TO_UNDEFINED,
  ): void {
    if (this.#cached || validTo === NOT_PUT) return;
    const change = new Change(newValue, this.#sendOldValues ? oldValue : null, validTo === VALID_TO_UNDEFINED);
    this.#context.forward(new Record(key, change, timestamp, headers));
  }
}
