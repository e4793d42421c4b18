import { Record, type ProcessorContext } from '../../topology/processor.js';
import { ContextualProcessor } from '../contextual-processor.js';
import type { TableView, ValueGetter } from '../ktable/value-getter.js';
import type { Subscription } from './subscription.js';
import type { SubscriptionAnswer } from './subscription-answer.js';

/** Answers each subscription with the foreign table's row at this moment, if its instruction wants an answer. */
export class AnswerSubscriptionProcessor<K, KO, VO> extends ContextualProcessor<
  KO | null,
  Subscription<K>,
  K,
  SubscriptionAnswer<VO>
> {
  readonly #foreign: ValueGetter<KO, VO>;

  constructor(foreign: TableView<KO, VO>) {
    super();
    this.#foreign = foreign.newGetter();
  }

  override init(context: ProcessorContext<K, SubscriptionAnswer<VO>>): void {
    super.init(context);
    this.#foreign.init(context);
  }

  process({ key, value: subscription, timestamp, headers }: Record<KO | null, Subscription<K>>): void {
    const { hash, instruction, primaryKey, primaryPartition } = subscription;
    if (instruction === 'unsubscribe') return;
    const row = key === null ? undefined : this.#foreign.get(key);
    if (row === undefined && instruction === 'subscribeAndAnswerIfFound') return;
    const foreignValue = instruction === 'unsubscribeAndAnswer' ? null : (row?.value ?? null);
    const time = row === undefined ? timestamp : Math.max(timestamp, row.timestamp);
    this.context.forward(new Record(primaryKey, { hash, foreignValue, primaryPartition }, time, headers));
  }
}
