import type { StoreDefinition } from '../../state/store.js';
import type { ProcessorSupplier } from '../../topology/processor.js';
import { joinedView, otherSide, type TableJoin } from '../../processor/join/table-join.js';
import { TableJoinMergeProcessor } from '../../processor/join/table-join-merge.js';
import { TableJoinSideProcessor } from '../../processor/join/table-join-side.js';
import { storeView } from '../../processor/ktable/store-view.js';
import type { TableView } from '../../processor/ktable/value-getter.js';
import { tellingExpiry } from './expiring-table.js';
import type { TableLogic } from './table-logic.js';

/** The tables of a join. */
export interface JoinParents<K, L, R> {
  readonly left: TableLogic<K, L>;
  readonly right: TableLogic<K, R>;
}

/** A table joined of two others; it keeps its own values only if it can be queried. */
export class JoinedTable<K, L, R, VR> implements TableLogic<K, VR> {
  readonly leftView: TableView<K, L>;
  readonly rightView: TableView<K, R>;
  #sendsOldValues = false;

  constructor(
    readonly parents: JoinParents<K, L, R>,
    readonly join: TableJoin<K, L, R, VR>,
    readonly store: StoreDefinition | undefined,
  ) {
    // A side that can give a result alone must know whether there was one.
    if (!join.needsOther) parents.left.sendOldValues(true);
    if (!join.needsOwn) parents.right.sendOldValues(true);
    this.leftView = parents.left.view();
    this.rightView = parents.right.view();
  }

  /** Its changes are those of the latest rows. */
  get versioned(): boolean {
    return this.store?.kind === 'versioned';
  }

  sendOldValues(): boolean {
    this.parents.left.sendOldValues(true);
    this.parents.right.sendOldValues(true);
    this.#sendsOldValues = true;
    return true;
  }

  view(): TableView<K, VR> {
    return this.store === undefined ? joinedView(this.join, this.leftView, this.rightView) : storeView(this.store);
  }

  leftSupplier(): ProcessorSupplier {
    const options = { sendOldValues: this.#sendsOldValues, latestOnly: this.parents.left.versioned };
    return () => new TableJoinSideProcessor(this.join, this.rightView, options);
  }

  rightSupplier(): ProcessorSupplier {
    const options = { sendOldValues: this.#sendsOldValues, latestOnly: this.parents.right.versioned };
    const join = otherSide(this.join);
    return () => new TableJoinSideProcessor(join, this.leftView, options);
  }

  mergeSupplier(): ProcessorSupplier {
    const { store } = this;
    const sendOldValues = this.#sendsOldValues;
    const options = { storeName: store?.name, sendOldValues };
    return () => tellingExpiry(store, new TableJoinMergeProcessor(options), sendOldValues);
  }
}
