import type { ProcessorContext, Record } from '../../topology/processor.js';
import { ContextualProcessor } from '../contextual-processor.js';
import type { TableView, ValueGetter } from '../ktable/value-getter.js';

/** How a stream and a global table are joined. */
export interface StreamGlobalTableJoin<K, V, KG, VG, VR> {
  /** The table's key for a record; null for none. */
  readonly selector: (value: V, key: K) => KG | null;
  /** Gets null for a key that the table does not have, in a left join. */
  readonly joiner: (value: V, tableValue: VG | null, key: K, tableKey: KG | null) => VR;
  readonly left: boolean;
}

/**
 * Joins each record of a stream with the global table's value of the selected key at this moment. Records without a value
 * are dropped, and in an inner join also those for which no key is selected.
 */
export class StreamGlobalTableJoinProcessor<K, V, KG, VG, VR> extends ContextualProcessor<K, V, K, VR> {
  readonly #join: StreamGlobalTableJoin<K, V, KG, VG, VR>;
  readonly #table: ValueGetter<KG, VG>;

  constructor(join: StreamGlobalTableJoin<K, V, KG, VG, VR>, table: TableView<KG, VG>) {
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
    const { selector, joiner, left } = this.#join;
    if (value == null) {
      this.context.dropped('null-value');
      return;
    }
    const tableKey = selector(value, key);
    if (tableKey == null && !left) {
      this.context.dropped('null-key');
      return;
    }
    const tableValue = tableKey == null ? null : (this.#table.get(tableKey)?.value ?? null);
    if (tableValue !== null || left) this.context.forward(record.withValue(joiner(value, tableValue, key, tableKey)));
  }
}
