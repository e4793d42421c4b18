import type { StoreDefinition } from '../../state/store.js';
import type { ProcessorSupplier } from '../../topology/processor.js';
import type { Topology } from '../../topology/topology.js';
import { GraphNode } from './graph-node.js';
import type { Reading } from './nodes.js';

/** Reads a whole topic into a store on every instance. */
export class GlobalStoreNode extends GraphNode {
  constructor(
    processorName: string,
    readonly sourceName: string,
    readonly topic: string,
    readonly reading: Reading,
    readonly store: StoreDefinition,
    readonly supplier: ProcessorSupplier,
  ) {
    super(processorName);
  }

  writeTo(topology: Topology): void {
    const { keySerde, valueSerde, timestampExtractor } = this.reading;
    topology.addGlobalStore({
      store: this.store,
      topic: this.topic,
      sourceName: this.sourceName,
      processorName: this.name,
      supplier: this.supplier,
      key: keySerde,
      value: valueSerde,
      timestampExtractor,
    });
  }
}
