import type { Serde } from '../../serde/serde.js';
import type { Processor, ProcessorContext, Record } from '../../topology/processor.js';
import type { Change } from '../ktable/change.js';
import { tableStore, type TableStore } from '../ktable/table-store.js';
import { UpdateForwarder } from '../ktable/update-forwarder.js';
import type { Member } from './member.js';
import { Ranking } from './ranking.js';
import { sameMembers, valuesOf } from './top-list.js';

/** What is ranked, and where it is kept. */
export interface TopOptions<V> {
  readonly by: (value: V) => number;
  readonly count: number;
  readonly valueSerde: Serde<V>;
  readonly storeName: string;
  readonly rankingStoreName: string;
}

/**
 * Keeps the rows of each group with the highest scores. A row that changes is taken out with its old value and put in again
 * with its new one; what was just below the top moves up. Rows that have no score (NaN) are left out.
 */
export class TableTopProcessor<K, V> implements Processor<K, Change<V>, K, Change<readonly V[]>> {
  readonly #options: TopOptions<V>;
  readonly #sendOldValues: boolean;
  #ranking!: Ranking<K>; // these three are set by init, which always comes before process
  #store!: TableStore<K, readonly V[]>;
  #forwarder!: UpdateForwarder<K, readonly V[]>;

  constructor(options: TopOptions<V>, sendOldValues: boolean) {
    this.#options = options;
    this.#sendOldValues = sendOldValues;
  }

  init(context: ProcessorContext<K, Change<readonly V[]>>): void {
    const { storeName, rankingStoreName } = this.#options;
    this.#ranking = new Ranking(context.getStateStore(rankingStoreName));
    this.#store = tableStore(context, storeName);
    this.#forwarder = new UpdateForwarder(context, storeName, this.#sendOldValues);
  }

  process({ key, value: { newValue, oldValue }, timestamp, headers }: Record<K, Change<V>>): void {
    const { count, valueSerde } = this.#options;
    const before = this.#ranking.top(key, count);
    const removed = this.#memberOf(oldValue);
    const added = this.#memberOf(newValue);
    if (removed !== undefined) this.#ranking.remove(key, removed);
    if (added !== undefined) this.#ranking.add(key, added);
    const after = this.#ranking.top(key, count);
    if (sameMembers(before, after)) return;
    const old = this.#store.get(key);
    const top = after.length === 0 ? null : valuesOf(valueSerde, after);
    const newTimestamp = old === undefined ? timestamp : Math.max(timestamp, old.timestamp);
    const validTo = this.#store.put(key, top, newTimestamp);
    this.#forwarder.forward(key, top, old?.value ?? null, newTimestamp, headers, validTo);
  }

  #memberOf(value: V | null): Member | undefined {
    if (value === null) return undefined;
    const score = this.#options.by(value) + 0; // + 0: a negative zero is zero
    return Number.isNaN(score) ? undefined : { score, bytes: this.#options.valueSerde.serialize(value) };
  }
}
