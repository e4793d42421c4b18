import type { Named, Stored } from './options.js';
import type { KTable } from './ktable.js';
import { OperatorNode } from './graph/nodes.js';
import { expectSerde, type StreamPlace } from './program.js';
import type { GivenSerdes, StreamRepartition } from './repartition.js';
import type { TableFacts } from './serde-facts.js';
import { givenStoreName, keepsVersions, tableStoreDefinition } from './stored.js';
import { tellsExpiry } from './table/expiring-table.js';
import { SourceTable } from './table/store-table.js';

/** Makes a table of a stream, behind a repartition if its key was changed. */
export function streamToTable<K, V, F extends TableFacts>(
  place: StreamPlace<K, V>,
  repartition: StreamRepartition<K, V>,
  options: Named & Stored & GivenSerdes<K, V>,
): KTable<K, V, F> {
  const { program } = place;
  const name = program.names.nameOr(options.name, 'KSTREAM-TOTABLE-');
  const queryableStore = givenStoreName(options);
  const storeName = queryableStore ?? program.names.storeName('KSTREAM-TOTABLE-');
  const key = expectSerde(options.key ?? place.keySerde, 'key', name);
  const value = expectSerde(options.value ?? place.valueSerde, 'value', name);
  const stream = place.rekeyed ? repartition.forTable(name, { key, value }) : place;
  const store = tableStoreDefinition(program, storeName, options, { key, value });
  const versioned = keepsVersions(options);
  const logic = new SourceTable<K, V>(
    store,
    versioned || queryableStore !== undefined || tellsExpiry(store),
    versioned,
  );
  const node = new OperatorNode(name, logic);
  program.graph.add(node, stream.node);
  return program.handles.table({
    program,
    name,
    node,
    sources: stream.sources,
    keySerde: key,
    valueSerde: value,
    logic,
    queryableStore,
  });
}
