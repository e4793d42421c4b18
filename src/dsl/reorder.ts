import { closingClock, type ClosesOn } from '../processor/window/close-on.js';
import { arrivals } from '../processor/reorder/arrival.js';
import { heldRecords } from '../processor/reorder/held-record.js';
import { ReorderProcessor } from '../processor/reorder/reorder.js';
import type { StoreDefinition } from '../state/store.js';
import type { Processor } from '../topology/processor.js';
import { changelogSettings } from '../topology/store-definitions.js';
import { TopologyError } from '../topology/topology-error.js';
import { validName } from '../topology/naming.js';
import { toMillis, type Duration } from '../util/time.js';
import { OperatorNode } from './graph/nodes.js';
import { TickTopic } from './graph/tick-topic.js';
import type { KStream } from './kstream.js';
import { addLateChild, lateChildName, type Late } from './late.js';
import type { Named } from './options.js';
import { expectSerde, type StreamPlace } from './program.js';
import type { GivenSerdes } from './repartition.js';
import type { KnownOr, StreamFacts } from './serde-facts.js';

/** What a stream knows where it was given serdes; it stays partitioned as it was. */
export interface WithSerdes<F extends StreamFacts, KS, VS> extends StreamFacts {
  readonly key: KnownOr<F['key'], KS>;
  readonly value: KnownOr<F['value'], VS>;
  readonly rekeyed: F['rekeyed'];
}

/** How a stream is put in order. */
export interface Reorder<K, V, F extends StreamFacts> extends Named, Late<K, V, F>, ClosesOn {
  /** How far a record may come behind stream time, this included; what comes later is late. 0 or more. */
  readonly within: Duration;
  /**
   * What records of one timestamp are ordered by, as UTF-8, before the order in which they were read: so that they, too, go
   * on in the same order however they came.
   */
  readonly thenBy?: (value: V, key: K) => string;
  /** Name of the store. Default: a generated one. */
  readonly store?: string;
  /** `false`: what is held back is lost with the instance. An object: topic configs of the changelog. Default true. */
  readonly logging?: boolean | Readonly<Record<string, string>>;
}

/**
 * Places the buffer that puts a stream in order.
 * @throws TopologyError `INVALID_WINDOW`
 */
export function reorderStream<K, V, F extends StreamFacts>(
  place: StreamPlace<K, V>,
  options: Reorder<K, V, StreamFacts> & GivenSerdes<K, V>,
): KStream<K, V, F> {
  const { program } = place;
  const name = program.names.nameOr(options.name, 'KSTREAM-REORDER-');
  const storeName =
    options.store === undefined ? program.names.storeName('KSTREAM-REORDER-') : validName(options.store);
  const withinMs = toMillis(options.within);
  if (withinMs < 0) {
    throw new TopologyError('INVALID_WINDOW', `Records are put in order within ${String(options.within)}`, {
      hint: 'Give 0 or more.',
    });
  }
  const keySerde = expectSerde(options.key ?? place.keySerde, 'key', name);
  const valueSerde = expectSerde(options.value ?? place.valueSerde, 'value', name);
  const store: StoreDefinition = Object.freeze({
    kind: 'changeBuffer',
    name: storeName,
    keySerde: arrivals,
    valueSerde: heldRecords(keySerde, valueSerde),
    storage: 'memory',
    caching: false,
    logging: changelogSettings(options.logging),
  });
  const reordering = { storeName, withinMs, thenBy: options.thenBy, lateChild: lateChildName(place, options) };
  const supplier = () => () => new ReorderProcessor<K, V>(reordering) as Processor;
  const clock = closingClock(options.closeOn);
  const ticks = clock === undefined ? undefined : new TickTopic(storeName, clock);
  const node = new OperatorNode(name, { supplier, arrival: 'restores', stores: () => [store] }, {}, ticks);
  program.graph.add(node, place.node);
  const behind = { ...place, name, node, keySerde, valueSerde };
  addLateChild(behind, reordering.lateChild, options);
  return program.handles.stream(behind);
}
