import type { RecordContext } from '../../state/store.js';
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

  process(record: Record<K, V>): void | Promise<void> {
    if (!this.drops(record)) this.join(record);
  }

  /** Whether the record gives no result, whatever the table has; it is counted then. */
  protected drops({ key, value }: Record<K, V>): boolean {
    if (value != null && (key != null || this.#join.left)) return false;
    this.context.dropped(key == null ? 'null-key' : 'null-value');
    return true;
  }

  /** @param origin of a record that has waited */
  protected join(record: Record<K, V>, origin?: RecordContext): void {
    const { key, value, timestamp } = record;
    const { joiner, left } = this.#join;
    const tableValue = key == null ? null : (this.#table.getAsOf(key, timestamp)?.value ?? null);
    if (tableValue === null && !left) return;
    const joined = record.withValue(joiner(value, tableValue, key));
    if (origin === undefined) this.context.forward(joined);
    else this.context.forwardFrom(origin, joined);
  }
}
