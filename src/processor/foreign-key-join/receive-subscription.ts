import type { Serde } from '../../serde/serde.js';
import type { PrefixedKeyValueStore, ValueAndTimestamp } from '../../state/store.js';
import type { ProcessorContext, Record } from '../../topology/processor.js';
import { ContextualProcessor } from '../contextual-processor.js';
import { combinedKey } from './combined-key.js';
import type { Subscription } from './subscription.js';

/** The subscriptions of a partition of foreign keys, under their combined keys. */
export type SubscriptionStore<K> = PrefixedKeyValueStore<ValueAndTimestamp<Subscription<K>>>;

/** The store of a foreign-key join and the serdes of its keys. */
export interface Subscriptions<K, KO> {
  readonly storeName: string;
  readonly foreignKey: Serde<KO>;
  readonly primaryKey: Serde<K>;
}

/** Keeps subscriptions, or drops them from their store, and hands them on to be answered. */
export class ReceiveSubscriptionProcessor<K, KO> extends ContextualProcessor<
  KO | null,
  Subscription<K>,
  KO | null,
  Subscription<K>
> {
  readonly #subscriptions: Subscriptions<K, KO>;
  #store!: SubscriptionStore<K>; // set by init, which always comes before process

  constructor(subscriptions: Subscriptions<K, KO>) {
    super();
    this.#subscriptions = subscriptions;
  }

  override init(context: ProcessorContext<KO | null, Subscription<K>>): void {
    super.init(context);
    this.#store = context.getStateStore(this.#subscriptions.storeName);
  }

  process(record: Record<KO | null, Subscription<K>>): void {
    const { key, value: subscription, timestamp } = record;
    if (key !== null) this.#keep(key, subscription, timestamp);
    else if (subscription.instruction !== 'subscribeAndAnswer') {
      this.context.dropped('null-key');
      return;
    }
    this.context.forward(record);
  }

  #keep(foreignKey: KO, subscription: Subscription<K>, timestamp: number): void {
    const { foreignKey: foreignSerde, primaryKey: primarySerde } = this.#subscriptions;
    const key = combinedKey(foreignSerde.serialize(foreignKey), primarySerde.serialize(subscription.primaryKey));
    const { instruction } = subscription;
    const gone = instruction === 'unsubscribe' || instruction === 'unsubscribeAndAnswer';
    this.#store.put(key, gone ? null : { value: subscription, timestamp });
  }
}
