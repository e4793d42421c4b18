import type { Windowed } from '../../serde/windowed.js';
import type { ProcessorContext } from '../../topology/processor.js';
import { Record } from '../../topology/processor.js';
import { Change } from './change.js';

/**
 * Sends the changes of sessions on, with the session's end as their time: each at once, or, where the store has a record
 * cache, when the cache gives them up. As in Kafka Streams a change that is sent at once has no headers.
 */
export class SessionForwarder<K, V> {
  readonly #context: ProcessorContext<Windowed<K>, Change<V>>;
  readonly #sendOldValues: boolean;
  readonly #cached: boolean;

  constructor(context: ProcessorContext<Windowed<K>, Change<V>>, storeName: string, sendOldValues: boolean) {
    this.#context = context;
    this.#sendOldValues = sendOldValues;
    this.#cached = context.onStoreFlush<Windowed<K>, V>(
      storeName,
      (session, newValue, oldValue, _timestamp, headers) => {
        const change = new Change(newValue, sendOldValues ? oldValue : null);
        context.forward(new Record(session, change, session.end, headers));
      },
      { sendOldValues },
    );
  }

  forward(session: Windowed<K>, newValue: V | null, oldValue: V | null): void {
    if (this.#cached) return;
    this.#context.forward(
      new Record(session, new Change(newValue, this.#sendOldValues ? oldValue : null), session.end),
    );
  }
}
