import { StreamTableJoinProcessor } from '../processor/join/stream-table-join.js';
import type { Processor } from '../topology/processor.js';
import { TopologyError } from '../topology/topology-error.js';
import { OperatorNode } from './graph/nodes.js';
import type { KStream } from './kstream.js';
import type { Joined } from './options.js';
import type { StreamPlace, TablePlace } from './program.js';
import type { GivenSerdes, StreamRepartition } from './repartition.js';
import type { NonNull, StreamFacts } from './serde-facts.js';

/**
 * Joins a stream with a table, behind a repartition if the stream's key was changed.
 * @throws TopologyError `GRACE_NEEDS_VERSIONED_TABLE`
 */
export function joinTable<K, V, VT, VR, F extends StreamFacts>(
  place: StreamPlace<K, V>,
  repartition: StreamRepartition<K, V>,
  table: TablePlace<NonNull<K>, VT>,
  joiner: (value: NonNull<V>, tableValue: VT, key: NonNull<K>) => VR,
  options: Joined & GivenSerdes<K, V> & { readonly left?: boolean },
): KStream<K, VR, F> {
  const { program } = place;
  const left = options.left ?? false;
  const stream = place.rekeyed ? repartition.forJoin(options.name, options) : place;
  const sources = program.copartition(stream, table);
  const name = program.names.nameOr(options.name, left ? 'KSTREAM-LEFTJOIN-' : 'KSTREAM-JOIN-');
  const view = table.logic.view();
  if (options.grace !== undefined && !(table.logic.versioned && view.versioned)) throw graceNeedsVersions(name);
  // What the types leave out, the processor drops before it calls the joiner.
  const join = { joiner: joiner as (value: NonNull<V>, tableValue: VT | null, key: NonNull<K>) => VR, left };
  const operator = {
    supplier: () => () => new StreamTableJoinProcessor(join, view) as Processor,
    connects: () => view.stores,
  };
  const node = new OperatorNode(name, operator, { takesNullKeys: left });
  program.graph.add(node, stream.node);
  return program.handles.stream({
    program,
    name,
    node,
    sources,
    keySerde: options.key ?? place.keySerde,
    valueSerde: undefined,
    rekeyed: false,
  });
}

function graceNeedsVersions(name: string): TopologyError {
  return new TopologyError(
    'GRACE_NEEDS_VERSIONED_TABLE',
    'KTable must be versioned to use a grace period in a stream table join.',
    { context: { node: name }, hint: 'Leave out the grace period, or join a versioned table.' },
  );
}
