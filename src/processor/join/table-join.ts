import type { ValueAndTimestamp } from '../../state/store.js';
import type { ProcessorContext } from '../../topology/processor.js';
import type { TableView, ValueGetter } from '../ktable/value-getter.js';

/** Which rows of two tables give a result: `inner` where both have the key, `left` where the left has it, `outer` where one has. */
export type JoinKind = 'inner' | 'left' | 'outer';

/** How two tables are joined, as seen from one of them. */
export interface TableJoin<K, Own, Other, VR> {
  /** Null deletes the result. Gets null for a row that is not there, where one is not needed. */
  readonly joiner: (own: Own | null, other: Other | null, key: K) => VR | null;
  readonly needsOwn: boolean;
  readonly needsOther: boolean;
}

/** A join as its left table sees it. */
export function leftSide<K, L, R, VR>(
  kind: JoinKind,
  joiner: (left: L | null, right: R | null, key: K) => VR | null,
): TableJoin<K, L, R, VR> {
  return { joiner, needsOwn: kind !== 'outer', needsOther: kind === 'inner' };
}

/** The same join as the other table sees it. */
export function otherSide<K, Own, Other, VR>(join: TableJoin<K, Own, Other, VR>): TableJoin<K, Other, Own, VR> {
  const { joiner, needsOwn, needsOther } = join;
  return { joiner: (other, own, key) => joiner(own, other, key), needsOwn: needsOther, needsOther: needsOwn };
}

/** The result for one key; null where there is none. */
export function joinRows<K, Own, Other, VR>(
  { joiner, needsOwn, needsOther }: TableJoin<K, Own, Other, VR>,
  own: Own | null,
  other: Other | null,
  key: K,
): VR | null {
  const missing = own === null ? needsOwn || other === null : other === null && needsOther;
  return missing ? null : joiner(own, other, key);
}

/** A joined table that keeps no values of its own, read through both of its parents. */
export function joinedView<K, L, R, VR>(
  join: TableJoin<K, L, R, VR>,
  left: TableView<K, L>,
  right: TableView<K, R>,
): TableView<K, VR> {
  return {
    stores: [...new Set([...left.stores, ...right.stores])],
    historyMs: undefined, // as in Kafka Streams, whatever the tables are (KIP-914)
    newGetter: () => new JoinedGetter(join, left.newGetter(), right.newGetter()),
  };
}

class JoinedGetter<K, L, R, VR> implements ValueGetter<K, VR> {
  constructor(
    readonly join: TableJoin<K, L, R, VR>,
    readonly left: ValueGetter<K, L>,
    readonly right: ValueGetter<K, R>,
  ) {}

  init(context: ProcessorContext): void {
    this.left.init(context);
    this.right.init(context);
  }

  get(key: K): ValueAndTimestamp<VR> | undefined {
    const left = this.left.get(key);
    if (left === undefined && this.join.needsOwn) return undefined;
    const right = this.right.get(key);
    const value = joinRows(this.join, left?.value ?? null, right?.value ?? null, key);
    return value === null ? undefined : { value, timestamp: Math.max(left?.timestamp ?? -1, right?.timestamp ?? -1) };
  }

  getAsOf(key: K): ValueAndTimestamp<VR> | undefined {
    return this.get(key);
  }
}
