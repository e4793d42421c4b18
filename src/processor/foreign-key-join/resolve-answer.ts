import type { Serde } from '../../serde/serde.js';
import type { ProcessorContext, Record } from '../../topology/processor.js';
import { murmur3 } from '../../util/murmur3.js';
import { ContextualProcessor } from '../contextual-processor.js';
import type { TableView, ValueGetter } from '../ktable/value-getter.js';
import type { SubscriptionAnswer } from './subscription-answer.js';

/** How a primary row and the foreign row it refers to are joined. */
export interface ForeignKeyJoin<K, V, VO, VR> {
  /** Null deletes the result; gets null where there is no foreign row, in a left join. */
  readonly joiner: (value: V, foreignValue: VO | null, key: K) => VR | null;
  readonly left: boolean;
  readonly valueSerde: Serde<V>;
}

/**
 * Joins an answer with the primary row it was asked for. If the row has changed since, the answer is stale and dropped: that
 * to the newer row comes, or came, by itself.
 */
export class ResolveAnswerProcessor<K, V, VO, VR> extends ContextualProcessor<K, SubscriptionAnswer<VO>, K, VR | null> {
  readonly #join: ForeignKeyJoin<K, V, VO, VR>;
  readonly #primary: ValueGetter<K, V>;

  constructor(join: ForeignKeyJoin<K, V, VO, VR>, primary: TableView<K, V>) {
    super();
    this.#join = join;
    this.#primary = primary.newGetter();
  }

  override init(context: ProcessorContext<K, VR | null>): void {
    super.init(context);
    this.#primary.init(context);
  }

  process(record: Record<K, SubscriptionAnswer<VO>>): void {
    const { hash, foreignValue } = record.value;
    const row = this.#primary.get(record.key);
    const { joiner, left, valueSerde } = this.#join;
    const current = row === undefined ? null : murmur3(valueSerde.serialize(row.value));
    if (hash === null || current === null ? hash !== current : !hash.equals(current)) {
      this.context.dropped('out-of-order');
      return;
    }
    const joined = row !== undefined && (foreignValue !== null || left);
    this.context.forward(record.withValue(joined ? joiner(row.value, foreignValue, record.key) : null));
  }
}
