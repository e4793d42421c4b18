import type { SessionStore, StoreDefinition, ValueAndTimestamp } from '../../state/store.js';
import type { Windowed } from '../../serde/windowed.js';
import type { ProcessorContext } from '../../topology/processor.js';
import type { TableView, ValueGetter } from './value-getter.js';

/** Reads a table of sessions from its own store. */
export function sessionStoreView<K, V>({ name }: StoreDefinition): TableView<Windowed<K>, V> {
  return { stores: [name], historyMs: undefined, newGetter: () => new SessionStoreGetter<K, V>(name) };
}

/** The timestamp of a session's value is the session's end. */
class SessionStoreGetter<K, V> implements ValueGetter<Windowed<K>, V> {
  #store: SessionStore<K, V> | undefined;

  constructor(readonly storeName: string) {}

  init(context: ProcessorContext): void {
    this.#store = context.getStateStore(this.storeName);
  }

  get({ key, start, end }: Windowed<K>): ValueAndTimestamp<V> | undefined {
    const value = this.#store?.fetchSession(key, start, end);
    return value === undefined ? undefined : { value, timestamp: end };
  }

  getAsOf(session: Windowed<K>): ValueAndTimestamp<V> | undefined {
    return this.get(session);
  }
}
