import type { StoreDefinition } from '../../state/store.js';
import type { Processor, ProcessorSupplier } from '../../topology/processor.js';
import { storeView } from '../../processor/ktable/store-view.js';
import type { TableNodeOptions } from '../../processor/ktable/table-source.js';
import type { TableView } from '../../processor/ktable/value-getter.js';
import type { Operator } from '../graph/nodes.js';
import { tellingExpiry, withExpiryStore } from './expiring-table.js';
import type { TableLogic } from './table-logic.js';

/** How a table is computed from another one, row by row. */
export interface Derivation<K, V, VR> {
  newProcessor(options: TableNodeOptions): Processor;
  /** How the derived rows are read when only the parent keeps its values. */
  viewThrough(parent: TableView<K, V>): TableView<K, VR>;
}

/** How a derived table is kept. */
export interface DerivedTableOptions {
  readonly store: StoreDefinition | undefined;
  /** Whether it is versioned as its parent is: where the options say nothing of how it is kept, as in Kafka Streams. */
  readonly inherits: boolean;
  /** Old values are told from the start, where the parent keeps its values anyway. */
  readonly wantsOldValues: boolean;
}

/** A table computed from another one; it keeps its own values only if it can be queried. */
export class DerivedTable<K, V, VR> implements TableLogic<K, VR>, Operator {
  readonly store: StoreDefinition | undefined;
  readonly versioned: boolean;
  #sendsOldValues: boolean;

  constructor(
    readonly parent: TableLogic<K, V>,
    readonly derivation: Derivation<K, V, VR>,
    { store, inherits, wantsOldValues }: DerivedTableOptions,
  ) {
    this.store = store;
    this.versioned = inherits ? parent.versioned : store?.kind === 'versioned';
    this.#sendsOldValues = wantsOldValues && parent.sendOldValues(false);
  }

  sendOldValues(force: boolean): boolean {
    if (this.store !== undefined || this.parent.sendOldValues(force)) this.#sendsOldValues = true;
    return this.#sendsOldValues;
  }

  view(): TableView<K, VR> {
    return this.store === undefined ? this.derivation.viewThrough(this.parent.view()) : storeView(this.store);
  }

  supplier(): ProcessorSupplier {
    const { store } = this;
    const sendOldValues = this.#sendsOldValues;
    const options = { storeName: store?.name, sendOldValues };
    return () => tellingExpiry(store, this.derivation.newProcessor(options), sendOldValues);
  }

  stores(): readonly StoreDefinition[] {
    return this.store === undefined ? [] : withExpiryStore(this.store);
  }
}
