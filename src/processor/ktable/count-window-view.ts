import type { CountWindow } from '../../serde/count-windowed.js';
import type { ReadOnlyKeyValueStore, StoreDefinition, ValueAndTimestamp } from '../../state/store.js';
import type { ProcessorContext } from '../../topology/processor.js';
import type { OpenCountWindows } from '../aggregate/open-count-windows.js';
import type { TableView, ValueGetter } from './value-getter.js';

/** Reads a table of count windows from its own store: those that are not full yet. */
export function countWindowView<K, V>({ name }: StoreDefinition): TableView<CountWindow<K>, V> {
  return { stores: [name], historyMs: undefined, newGetter: () => new CountWindowGetter<K, V>(name) };
}

class CountWindowGetter<K, V> implements ValueGetter<CountWindow<K>, V> {
  #store: ReadOnlyKeyValueStore<K, OpenCountWindows<V>> | undefined;

  constructor(readonly storeName: string) {}

  init(context: ProcessorContext): void {
    this.#store = context.getStateStore(this.storeName);
  }

  get({ key, index }: CountWindow<K>): ValueAndTimestamp<V> | undefined {
    const window = this.#store?.get(key)?.windows.find((open) => open.index === index);
    return window == null || window.value === null ? undefined : { value: window.value, timestamp: window.latest };
  }

  getAsOf(window: CountWindow<K>): ValueAndTimestamp<V> | undefined {
    return this.get(window);
  }
}
