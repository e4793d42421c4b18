import { bytes } from '../../serde/primitives.js';
import { EMISSION_SLICE, Record, type ProcessorContext } from '../../topology/processor.js';
import { ContextualProcessor } from '../contextual-processor.js';
import type { Change } from '../ktable/change.js';
import { foreignKeyPrefix, primaryKeyOf } from './combined-key.js';
import type { SubscriptionStore, Subscriptions } from './receive-subscription.js';
import type { Subscription } from './subscription.js';
import type { SubscriptionAnswer } from './subscription-answer.js';

/**
 * Tells every subscriber of a foreign row that it has changed, in the order of the bytes of their keys. A few are read at
 * once; any number is read as they are told, in slices between which the task waits for room in the writer.
 */
export class ForeignChangeProcessor<K, KO, VO> extends ContextualProcessor<KO, Change<VO>, K, SubscriptionAnswer<VO>> {
  readonly #subscriptions: Subscriptions<K, KO>;
  readonly #latestOnly: boolean;
  #store!: SubscriptionStore<K>; // set by init, which always comes before process

  /** @param latestOnly whether changes to the history of the table are dropped, as those of a versioned one are (KIP-914) */
  constructor(subscriptions: Subscriptions<K, KO>, latestOnly: boolean) {
    super();
    this.#subscriptions = subscriptions;
    this.#latestOnly = latestOnly;
  }

  override init(context: ProcessorContext<K, SubscriptionAnswer<VO>>): void {
    super.init(context);
    this.#store = context.getStateStore(this.#subscriptions.storeName);
  }

  process(record: Record<KO, Change<VO>>): void | Promise<void> {
    if (record.key == null) this.context.dropped('null-key');
    else if (this.#latestOnly && !record.value.isLatest) this.context.dropped('out-of-order');
    else return this.#tellAll(record);
  }

  #tellAll(record: Record<KO, Change<VO>>): void | Promise<void> {
    const prefix = foreignKeyPrefix(this.#subscriptions.foreignKey.serialize(record.key));
    const few = this.#store.withPrefix(prefix);
    if (few === undefined) return this.#tellMany(prefix, record);
    for (const [key, { value }] of few) this.#tell(key, value, record);
  }

  async #tellMany(prefix: Buffer, record: Record<KO, Change<VO>>): Promise<void> {
    const first: Buffer[] = [];
    let told = 0;
    for await (const [key, { value }] of this.#store.prefixScan(prefix, bytes())) {
      this.#tell(key, value, record);
      if (told < EMISSION_SLICE) first.push(key);
      if (++told % EMISSION_SLICE === 0) await this.context.room();
    }
    if (told === first.length) this.#store.foundAll(prefix, first);
  }

  #tell(
    key: Buffer,
    subscription: Subscription<K>,
    { value: change, timestamp, headers }: Record<KO, Change<VO>>,
  ): void {
    const { hash, primaryPartition } = subscription;
    const answer = { hash, foreignValue: change.newValue, primaryPartition };
    this.context.forward(new Record(primaryKeyOf(key, this.#subscriptions.primaryKey), answer, timestamp, headers));
  }
}
