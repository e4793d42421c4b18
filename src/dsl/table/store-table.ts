import type { StoreDefinition } from '../../state/store.js';
import type { ArrivalOrder } from '../../topology/arrival-order.js';
import type { Processor, ProcessorSupplier } from '../../topology/processor.js';
import { storeView } from '../../processor/ktable/store-view.js';
import { TableSourceProcessor } from '../../processor/ktable/table-source.js';
import type { TableView } from '../../processor/ktable/value-getter.js';
import type { Operator } from '../graph/nodes.js';
import { tellingExpiry, withExpiryStore } from './expiring-table.js';
import type { TableLogic } from './table-logic.js';

/** A table made of a topic or a stream: it keeps its values if it can be queried, or if somebody needs them. */
export class SourceTable<K, V> implements TableLogic<K, V>, Operator {
  #given: StoreDefinition | (() => StoreDefinition);
  #kept: boolean;
  #sendsOldValues = false;

  constructor(
    store: StoreDefinition | (() => StoreDefinition),
    kept: boolean,
    readonly versioned: boolean,
  ) {
    this.#kept = kept;
    this.#given = store;
  }

  /** Made when it is first needed: a table that is not kept needs no serdes. */
  get store(): StoreDefinition {
    if (typeof this.#given === 'function') this.#given = this.#given();
    return this.#given;
  }

  get arrival(): ArrivalOrder {
    return this.versioned ? 'any' : 'lastValue';
  }

  sendOldValues(force: boolean): boolean {
    if (!force && !this.#kept) return false;
    this.#kept = true;
    this.#sendsOldValues = true;
    return true;
  }

  view(): TableView<K, V> {
    this.#kept = true;
    return storeView(this.store);
  }

  supplier(): ProcessorSupplier {
    const store = this.#kept ? this.store : undefined;
    const sendOldValues = this.#sendsOldValues;
    const options = { storeName: store?.name, sendOldValues };
    return () => tellingExpiry(store, new TableSourceProcessor(options), sendOldValues);
  }

  stores(): readonly StoreDefinition[] {
    return this.#kept ? withExpiryStore(this.store) : [];
  }
}

/** A table that an aggregation keeps; it always has its store. */
export class AggregateTable<K, V> implements TableLogic<K, V>, Operator {
  #sendsOldValues = false;

  constructor(
    readonly store: StoreDefinition,
    readonly newProcessor: (sendOldValues: boolean) => Processor,
    readonly viewOf: (store: StoreDefinition) => TableView<K, V>,
    readonly arrival: ArrivalOrder = 'any',
  ) {}

  get versioned(): boolean {
    return this.store.kind === 'versioned';
  }

  sendOldValues(): boolean {
    this.#sendsOldValues = true;
    return true;
  }

  view(): TableView<K, V> {
    return this.viewOf(this.store);
  }

  supplier(): ProcessorSupplier {
    const sendOldValues = this.#sendsOldValues;
    return () => tellingExpiry(this.store, this.newProcessor(sendOldValues), sendOldValues);
  }

  stores(): readonly StoreDefinition[] {
    return withExpiryStore(this.store);
  }
}
