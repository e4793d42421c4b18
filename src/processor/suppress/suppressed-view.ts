import type { ChangeBuffer, ValueAndTimestamp } from '../../state/store.js';
import type { ProcessorContext } from '../../topology/processor.js';
import type { TableView, ValueGetter } from '../ktable/value-getter.js';

/** How a suppressed table is read: a key that is held back has the value it had before. */
export function suppressedView<K, V>(parent: TableView<K, V>, storeName: string): TableView<K, V> {
  return {
    stores: [storeName, ...parent.stores],
    historyMs: undefined,
    newGetter: () => new SuppressedGetter(parent.newGetter(), storeName),
  };
}

class SuppressedGetter<K, V> implements ValueGetter<K, V> {
  #buffer: ChangeBuffer<K, V> | undefined;

  constructor(
    readonly parent: ValueGetter<K, V>,
    readonly storeName: string,
  ) {}

  init(context: ProcessorContext): void {
    this.parent.init(context);
    this.#buffer = context.getStateStore(this.storeName);
  }

  get(key: K): ValueAndTimestamp<V> | undefined {
    const prior = this.#buffer?.priorValue(key);
    if (prior === undefined) return this.parent.get(key);
    return prior === null ? undefined : { value: prior, timestamp: -1 };
  }

  getAsOf(key: K): ValueAndTimestamp<V> | undefined {
    return this.get(key);
  }
}
