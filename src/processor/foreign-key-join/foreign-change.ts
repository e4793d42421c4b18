import { bytes } from '../../serde/primitives.js';
import { EMISSION_SLICE, Record, type ProcessorContext } from '../../topology/processor.js';
import { ContextualProcessor } from '../contextual-processor.js';
import type { Change } from '../ktable/change.js';
import { foreignKeyPrefix, primaryKeyOf } from './combined-key.js';
import type { SubscriptionStore, Subscriptions } from './receive-subscription.js';
import type { SubscriptionAnswer } from './subscription-answer.js';

/**
 * Tells every subscriber of a foreign row that it has changed. There may be any number of them: they are read from the store
 * as they are sent, in slices between which the task waits for room in the writer.
 */
export class ForeignChangeProcessor<K, KO, VO> extends ContextualProcessor<KO, Change<VO>, K, SubscriptionAnswer<VO>> {
  readonly #subscriptions: Subscriptions<K, KO>;
  #store!: SubscriptionStore<K>; // set by init, which always comes before process

  constructor(subscriptions: Subscriptions<K, KO>) {
    super();
    this.#subscriptions = subscriptions;
  }

  override init(context: ProcessorContext<K, SubscriptionAnswer<VO>>): void {
    super.init(context);
    this.#store = context.getStateStore(this.#subscriptions.storeName);
  }

  process(record: Record<KO, Change<VO>>): void | Promise<void> {
    if (record.key != null) return this.#tell(record);
    this.context.dropped('null-key');
  }

  async #tell({ key, value: change, timestamp, headers }: Record<KO, Change<VO>>): Promise<void> {
    const { foreignKey, primaryKey } = this.#subscriptions;
    const prefix = foreignKeyPrefix(foreignKey.serialize(key));
    let told = 0;
    for await (const [combined, { value: subscription }] of this.#store.prefixScan(prefix, bytes())) {
      const { hash, primaryPartition } = subscription;
      const answer = { hash, foreignValue: change.newValue, primaryPartition };
      this.context.forward(new Record(primaryKeyOf(combined, primaryKey), answer, timestamp, headers));
      if (++told % EMISSION_SLICE === 0) await this.context.room();
    }
  }
}
