import type { Serde } from '../serde/serde.js';
import { leftSide, type JoinKind } from '../processor/join/table-join.js';
import { TableJoinNode } from './graph/table-join-node.js';
import type { KTable } from './ktable.js';
import type { Named, Stored } from './options.js';
import { expectSerde, type TablePlace } from './program.js';
import type { TableFacts } from './serde-facts.js';
import { givenStoreName, mentionsStore, tableStoreDefinition } from './stored.js';
import { JoinedTable } from './table/joined-table.js';

/** Joins two tables by their key; the result is kept if the options say anything about a store. */
export function joinTables<K, L, R, VR>(
  left: TablePlace<K, L>,
  right: TablePlace<K, R>,
  kind: JoinKind,
  joiner: (left: L | null, right: R | null, key: K) => VR | null,
  options: Named & Stored & { readonly key?: Serde<K>; readonly value?: Serde<VR> },
): KTable<K, VR, TableFacts> {
  const { program } = left;
  const { names } = program;
  const kept = mentionsStore(options);
  const queryableStore = givenStoreName(options);
  const storeName = kept ? (queryableStore ?? names.storeName('KTABLE-MERGE-')) : undefined;
  const merge = names.nameOr(options.name, 'KTABLE-MERGE-');
  const nodes = {
    merge,
    left: names.suffixedNameOr(options.name, '-join-this', 'KTABLE-JOINTHIS-'),
    right: names.suffixedNameOr(options.name, '-join-other', 'KTABLE-JOINOTHER-'),
    leftParent: left.name,
    rightParent: right.name,
  };
  const sources = program.copartition(left, right);
  const keySerde = options.key ?? left.keySerde;
  const store =
    storeName === undefined
      ? undefined
      : tableStoreDefinition(program, storeName, options, {
          key: expectSerde(keySerde, 'key', merge),
          value: expectSerde(options.value, 'value', merge),
        });
  const logic = new JoinedTable({ left: left.logic, right: right.logic }, leftSide(kind, joiner), store);
  const node = new TableJoinNode(nodes, logic);
  program.graph.add(node, left.node, right.node);
  const serdes = { keySerde, valueSerde: options.value };
  return program.handles.table({ program, name: merge, node, sources, ...serdes, logic, queryableStore });
}
