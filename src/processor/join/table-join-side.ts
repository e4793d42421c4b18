import { Record, type ProcessorContext } from '../../topology/processor.js';
import { ContextualProcessor } from '../contextual-processor.js';
import { Change } from '../ktable/change.js';
import type { TableView, ValueGetter } from '../ktable/value-getter.js';
import { joinRows, type TableJoin } from './table-join.js';

/** What a side of a table join does beside joining. */
export interface TableJoinSideOptions {
  readonly sendOldValues: boolean;
  /** Changes to the history of a versioned table are dropped (KIP-914). */
  readonly latestOnly: boolean;
}

/**
 * Joins each change of one table with the other table's row of the key. Both tables have such a node, and what the two give
 * is merged. A result has the larger of both timestamps.
 */
export class TableJoinSideProcessor<K, Own, Other, VR> extends ContextualProcessor<K, Change<Own>, K, Change<VR>> {
  readonly #join: TableJoin<K, Own, Other, VR>;
  readonly #other: ValueGetter<K, Other>;
  readonly #options: TableJoinSideOptions;

  constructor(join: TableJoin<K, Own, Other, VR>, other: TableView<K, Other>, options: TableJoinSideOptions) {
    super();
    this.#join = join;
    this.#other = other.newGetter();
    this.#options = options;
  }

  override init(context: ProcessorContext<K, Change<VR>>): void {
    super.init(context);
    this.#other.init(context);
  }

  process({ key, value: change, timestamp, headers }: Record<K, Change<Own>>): void {
    const { sendOldValues, latestOnly } = this.#options;
    if (latestOnly && !change.isLatest) {
      this.context.dropped('out-of-order');
      return;
    }
    const row = this.#other.get(key);
    const other = row?.value ?? null;
    // Neither was there a result before nor is there one now.
    if (other === null && (this.#join.needsOther || (change.newValue === null && change.oldValue === null))) return;
    const newValue = joinRows(this.#join, change.newValue, other, key);
    const oldValue = sendOldValues ? joinRows(this.#join, change.oldValue, other, key) : null;
    const time = row === undefined ? timestamp : Math.max(timestamp, row.timestamp);
    this.context.forward(new Record(key, new Change(newValue, oldValue, change.isLatest), time, headers));
  }
}
