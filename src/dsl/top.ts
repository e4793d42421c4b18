import type { Serde } from '../serde/serde.js';
import { storeView } from '../processor/ktable/store-view.js';
import { membersOf } from '../processor/top/member.js';
import { rankingKey } from '../processor/top/ranking-key.js';
import { TableTopProcessor } from '../processor/top/table-top.js';
import { topList } from '../processor/top/top-list.js';
import type { StoreDefinition } from '../state/store.js';
import { topAdder, type TopAdder } from '../processor/top/top-adder.js';
import { TopologyError } from '../topology/topology-error.js';
import type { Expiring, Named, Stored } from './options.js';
import { tableStoreDefinition } from './stored.js';
import { AggregateTable } from './table/store-table.js';
import type { Program } from './program.js';

/** What is ranked. */
export interface Ranking<V> {
  /** The score of a value: the highest are kept. It must depend on the value alone; one without a score (NaN) is left out. */
  readonly by: (value: V) => number;
  /** How many are kept, 1 or more. */
  readonly n: number;
}

/** What is ranked of a grouped table. */
export interface TopN<V> extends Ranking<V>, Named, Omit<Stored, keyof Expiring> {}

/**
 * What keeps the best values of a stream.
 * @throws TopologyError `INVALID_TOP`
 */
export function streamTop<V>({ by, n }: Ranking<V>, valueSerde: Serde<V>): TopAdder<V> {
  return topAdder({ by, count: checkedCount(n), valueSerde });
}

/** The table of the best rows of each group, and the store of all of them. */
export class TopTable<K, V> extends AggregateTable<K, readonly V[]> {
  readonly #ranking: StoreDefinition;

  /** @throws TopologyError `INVALID_TOP` */
  constructor(program: Program, storeName: string, options: TopN<V>, key: Serde<K>, valueSerde: Serde<V>) {
    const { by, n } = options;
    const count = checkedCount(n);
    const store = tableStoreDefinition(program, storeName, options, { key, value: topList(valueSerde) });
    const rankingStoreName = `${storeName}-ranking`;
    const top = { by, count, valueSerde, storeName, rankingStoreName };
    super(store, (sendOldValues) => new TableTopProcessor<K, V>(top, sendOldValues), storeView);
    const { storage, logging } = store;
    this.#ranking = Object.freeze({
      kind: 'keyValue',
      name: rankingStoreName,
      keySerde: rankingKey(key),
      valueSerde: membersOf(valueSerde),
      timestamped: false,
      caching: false,
      storage,
      logging,
    });
  }

  override stores(): readonly StoreDefinition[] {
    return [this.store, this.#ranking];
  }
}

function checkedCount(count: number): number {
  if (Number.isSafeInteger(count) && count >= 1) return count;
  throw new TopologyError('INVALID_TOP', `The top ${String(count)} of a group cannot be kept`, {
    hint: 'Give a whole number, 1 or more, as "n".',
  });
}
