import { BufferedTableJoinProcessor, type JoinGrace } from '../processor/join/buffered-table-join.js';
import { StreamTableJoinProcessor } from '../processor/join/stream-table-join.js';
import type { RecordBufferDefinition } from '../state/store.js';
import type { Processor } from '../topology/processor.js';
import { changelogSettings } from '../topology/store-definitions.js';
import { TopologyError } from '../topology/topology-error.js';
import { toMillis } from '../util/time.js';
import { OperatorNode, StateStoreNode } from './graph/nodes.js';
import type { KStream } from './kstream.js';
import type { Joined } from './options.js';
import { expectSerde, type StreamPlace, type TablePlace } from './program.js';
import type { GivenSerdes, StreamRepartition } from './repartition.js';
import type { NonNull, StreamFacts } from './serde-facts.js';

/**
 * Joins a stream with a table, behind a repartition if the stream's key was changed.
 * @throws TopologyError `GRACE_NEEDS_VERSIONED_TABLE`, `GRACE_LONGER_THAN_HISTORY`, `INVALID_WINDOW`
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
  if (options.grace !== undefined)
    expectHistory(name, toMillis(options.grace), table.logic.versioned ? view.historyMs : undefined);
  // What the types leave out, the processor drops before it calls the joiner.
  const join = { joiner: joiner as (value: NonNull<V>, tableValue: VT | null, key: NonNull<K>) => VR, left };
  const buffer = options.grace === undefined ? undefined : addBuffer(stream, name, options);
  const newJoin =
    buffer === undefined
      ? () => new StreamTableJoinProcessor(join, view) as Processor
      : () => new BufferedTableJoinProcessor(join, view, buffer) as Processor;
  const stores = buffer === undefined ? view.stores : [buffer.storeName, ...view.stores];
  const arrival = table.logic.versioned && options.grace !== undefined ? ('any' as const) : ('lookup' as const);
  const operator = { supplier: () => newJoin, arrival, connects: () => stores };
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

/** Adds the store in which the records wait. Its name is made of that of the join, as in Kafka Streams. */
function addBuffer<K, V>(
  { program, keySerde, valueSerde }: StreamPlace<K, V>,
  join: string,
  { grace = 0, key, value }: Joined & GivenSerdes<K, V>,
): JoinGrace {
  const storeName = `${join}-Buffer`;
  const store: RecordBufferDefinition = {
    kind: 'recordBuffer',
    name: storeName,
    keySerde: expectSerde(key ?? keySerde, 'key', join),
    valueSerde: expectSerde(value ?? valueSerde, 'value', join),
    storage: 'memory',
    caching: false,
    logging: changelogSettings(true),
  };
  program.graph.add(new StateStoreNode(store), program.graph.root);
  return { storeName, graceMs: toMillis(grace) };
}

/** A record that waits must still find the version of its time when its grace is over. */
function expectHistory(name: string, graceMs: number, historyMs: number | undefined): void {
  const context = { node: name };
  if (graceMs < 0) {
    throw new TopologyError('INVALID_WINDOW', `The join "${name}" has a grace period of ${graceMs} ms`, {
      context,
      hint: 'Give 0 or more.',
    });
  }
  if (historyMs === undefined) {
    throw new TopologyError(
      'GRACE_NEEDS_VERSIONED_TABLE',
      'KTable must be versioned to use a grace period in a stream table join.',
      { context, hint: 'Leave out the grace period, or join a versioned table.' },
    );
  }
  if (graceMs > historyMs) {
    throw new TopologyError('GRACE_LONGER_THAN_HISTORY', 'History retention must be at least grace period.', {
      context,
      hint: `Give the table a historyRetention of ${graceMs} ms or more; it has ${historyMs} ms.`,
    });
  }
}
