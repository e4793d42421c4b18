import type { Serde } from '../serde/serde.js';
import {
  TableTransformValuesProcessor,
  transformedView,
  type TableTransformerSupplier,
} from '../processor/ktable/table-transform-values.js';
import type { TableView } from '../processor/ktable/value-getter.js';
import type { TableNodeOptions } from '../processor/ktable/table-source.js';
import type { Processor } from '../topology/processor.js';
import { connectedStores } from './connected-stores.js';
import { OperatorNode } from './graph/nodes.js';
import type { KTable } from './ktable.js';
import type { Connected, Stored } from './options.js';
import { expectSerde, type TablePlace } from './program.js';
import type { TableFacts } from './serde-facts.js';
import { expectNoExpiry, givenStoreName, keepsVersions, mentionsStore, tableStoreDefinition } from './stored.js';
import { DerivedTable } from './table/derived-table.js';

/** Places a transformation of a table's values; the result is kept if its store has a name. */
export function transformTable<K, V, VR>(
  place: TablePlace<K, V>,
  transformer: TableTransformerSupplier<K, V, VR>,
  options: Connected & Stored & { readonly key?: Serde<K>; readonly value?: Serde<VR> },
): KTable<K, VR, TableFacts> {
  const { program } = place;
  const name = program.names.nameOr(options.name, 'KTABLE-TRANSFORMVALUES-');
  const keySerde = options.key ?? place.keySerde;
  const queryableStore = givenStoreName(options);
  const inherits = !mentionsStore(options);
  const storeName =
    queryableStore ?? (keepsVersions(options) ? program.names.storeName('KTABLE-TRANSFORMVALUES-') : undefined);
  if (queryableStore === undefined) expectNoExpiry(name, options);
  const store =
    storeName === undefined
      ? undefined
      : tableStoreDefinition(program, storeName, options, {
          key: expectSerde(keySerde, 'key', name),
          value: expectSerde(options.value, 'value', name),
        });
  const derivation = {
    newProcessor: (node: TableNodeOptions) => new TableTransformValuesProcessor(transformer(), node) as Processor,
    viewThrough: (parent: TableView<K, V>) => transformedView(parent, transformer),
  };
  const logic = new DerivedTable(place.logic, derivation, { store, inherits, wantsOldValues: false });
  const connected = connectedStores(options);
  const node = new OperatorNode(name, {
    supplier: () => logic.supplier(),
    connects: connected.connects,
    stores: () => [...connected.stores(), ...logic.stores()],
  });
  program.graph.add(node, place.node);
  return program.handles.table({ ...place, name, node, keySerde, valueSerde: options.value, logic, queryableStore });
}
