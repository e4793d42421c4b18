import type { Topology } from '../../topology/topology.js';
import type { JoinedTable } from '../table/joined-table.js';
import { withExpiryStore } from '../table/expiring-table.js';
import { GraphNode } from './graph-node.js';

/** Names of the nodes that a table join is made of, and of those it takes its changes from. */
export interface TableJoinNames {
  readonly merge: string;
  readonly left: string;
  readonly right: string;
  readonly leftParent: string;
  readonly rightParent: string;
}

/** Joins two tables: a node for the changes of each, and one that merges what they give. */
export class TableJoinNode<K, L, R, VR> extends GraphNode {
  constructor(
    readonly names: TableJoinNames,
    readonly table: JoinedTable<K, L, R, VR>,
  ) {
    super(names.merge);
  }

  writeTo(topology: Topology): void {
    const { merge, left, right, leftParent, rightParent } = this.names;
    const { table } = this;
    topology
      .addProcessor(left, table.leftSupplier(), { parents: leftParent, arrival: 'any' })
      .addProcessor(right, table.rightSupplier(), { parents: rightParent, arrival: 'any' })
      .addProcessor(merge, table.mergeSupplier(), { parents: [left, right], arrival: 'any' });
    for (const store of table.rightView.stores) topology.connectProcessorAndStateStores(left, store);
    for (const store of table.leftView.stores) topology.connectProcessorAndStateStores(right, store);
    if (table.store === undefined) return;
    for (const store of withExpiryStore(table.store)) topology.addStateStore(store, merge);
  }
}
