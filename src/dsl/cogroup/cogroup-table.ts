import type { StoreDefinition } from '../../state/store.js';
import type { Processor, ProcessorSupplier } from '../../topology/processor.js';
import type { TableView } from '../../processor/ktable/value-getter.js';
import { PassThroughProcessor } from '../../processor/stateless/pass-through.js';
import type { Operator } from '../graph/nodes.js';
import { tellingExpiry, withExpiryStore } from '../table/expiring-table.js';
import type { TableLogic } from '../table/table-logic.js';

/** The table that several streams are folded into: each has a node of its own over one store, here they become one. */
export class CogroupTable<K, V> implements TableLogic<K, V>, Operator {
  #sendsOldValues = false;

  constructor(
    readonly store: StoreDefinition,
    readonly viewOf: (store: StoreDefinition) => TableView<K, V>,
  ) {}

  sendOldValues(): boolean {
    this.#sendsOldValues = true;
    return true;
  }

  get versioned(): boolean {
    return this.store.kind === 'versioned';
  }

  view(): TableView<K, V> {
    return this.viewOf(this.store);
  }

  supplier(): ProcessorSupplier {
    return () => new PassThroughProcessor();
  }

  /** The node of one stream; the first one brings the store. */
  member(newProcessor: (sendOldValues: boolean) => Processor, isFirst: boolean): Operator {
    return {
      arrival: 'fold',
      supplier: () => {
        const sendOldValues = this.#sendsOldValues;
        return () => tellingExpiry(this.store, newProcessor(sendOldValues), sendOldValues);
      },
      stores: () => (isFirst ? withExpiryStore(this.store) : []),
      connects: () => (isFirst ? [] : withExpiryStore(this.store).map(({ name }) => name)),
    };
  }
}
