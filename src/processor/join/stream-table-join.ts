import type { ProcessorContext, Record } from '../../topology/processor.js';
import { ContextualProcessor } from '../contextual-processor.js';
import type { TableView, ValueGetter } from '../ktable/value-getter.js';

/** How a stream and a table are joined. */
export interface StreamTableJoin<K, V, VT, VR> {
  /** Gets null for a key that the table does not have, in a left join. */
  readonly joiner: (value: V, tableValue: VT | null, key: K) => VR;
  /** Also records whose key the table does not have, or that have none, give a result. */
  readonly left: boolean;
}

/**
 * Joins each record of a stream with the table's value of its key: that of the record's time if the table is versioned, else
 * that of this moment. Records without a value are dropped, and in an inner join also those without a key.
 */
export class StreamTableJoinProcessor<K, V, VT, VR> extends ContextualProcessor<K, V, K, VR> {
  readonly #join: StreamTableJoin<K, V, VT, VR>;
  readonly #table: ValueGetter<K, VT>;

  constructor(join: StreamTableJoin<K, V, VT, VR>, table: TableView<K, VT>) {
    super();
    this.#join = join;
    this.#table = table.newGetter();
  }

  override init(context: ProcessorContext<K, VR>): void {
    super.init(context);
    this.#table.init(context);
  }

  process(record: Record<K, V>): void {
    const { key, value } = record;
    const { joiner, left } = this.#join;
    if (value == null || (key == null && !left)) {
      this.context.dropped(key == null ? 'null-key' : 'null-value');
      return;
    }
    const tableValue = key == null ? null : (this.#table.getAsOf(key, record.timestamp)?.value ?? null);
    if (tableValue !== null || left) this.context.forward(record.withValue(joiner(value, tableValue, key)));
  }
}
