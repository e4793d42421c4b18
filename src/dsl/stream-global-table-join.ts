import {
  StreamGlobalTableJoinProcessor,
  type StreamGlobalTableJoin,
} from '../processor/join/stream-global-table-join.js';
import type { Processor } from '../topology/processor.js';
import type { GlobalTablePlace } from './global-table.js';
import { OperatorNode } from './graph/nodes.js';
import type { KStream } from './kstream.js';
import type { Named } from './options.js';
import type { StreamPlace } from './program.js';
import type { StreamFacts } from './serde-facts.js';

/** Joins a stream with a global table: where the stream is, since the table is everywhere. */
export function joinGlobalTable<K, V, KG, VG, VR, F extends StreamFacts>(
  place: StreamPlace<K, unknown>,
  table: GlobalTablePlace<KG, VG>,
  join: StreamGlobalTableJoin<K, V, KG, VG, VR>,
  options: Named,
): KStream<K, VR, F> {
  const { program } = place;
  // Kafka Streams has one prefix for inner and left joins.
  const name = program.names.nameOr(options.name, 'KSTREAM-LEFTJOIN-');
  const supplier = () => () => new StreamGlobalTableJoinProcessor(join, table.view) as Processor;
  const node = new OperatorNode(name, { supplier, arrival: 'lookup' }, { takesNullKeys: join.left });
  program.graph.add(node, place.node);
  return program.handles.stream({ ...place, name, node, valueSerde: undefined });
}
