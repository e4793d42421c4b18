import type { Serde } from '../serde/serde.js';
import type { Processor, ProcessorSupplier } from '../topology/processor.js';
import { JoinClockProcessor } from '../processor/join/join-clock.js';
import { JoinWindowProcessor } from '../processor/join/join-window.js';
import { StreamJoinSideProcessor, type StreamJoinSide } from '../processor/join/stream-join-side.js';
import { StreamSelfJoinProcessor } from '../processor/join/stream-self-join.js';
import type { JoinKind } from '../processor/join/table-join.js';
import { closingClock } from '../processor/window/close-on.js';
import type { JoinWindows } from '../processor/window/join-windows.js';
import { TopologyError } from '../topology/topology-error.js';
import { OperatorNode } from './graph/nodes.js';
import { TickTopic } from './graph/tick-topic.js';
import { StreamJoinNode, type JoinClockNode } from './graph/stream-join-node.js';
import { expectTwoStores, joinSideStore, unjoinedStore } from './join-stores.js';
import type { KStream } from './kstream.js';
import type { StreamJoined } from './options.js';
import { expectSerde, type Program, type StreamPlace } from './program.js';
import type { StreamRepartition } from './repartition.js';
import type { StreamFacts } from './serde-facts.js';

/** A stream and the repartition it may need. */
export interface JoiningStream<K, V> {
  readonly place: StreamPlace<K, V>;
  readonly repartition: StreamRepartition<K, V>;
}

/** Serdes and stores of a join. */
export interface StreamJoinOptions<K, L, R> extends StreamJoined {
  readonly key?: Serde<K>;
  readonly value?: Serde<L>;
  readonly otherValue?: Serde<R>;
}

/** What is joined, and how. */
export interface StreamJoin<K, L, R, VR> {
  readonly kind: JoinKind;
  readonly windows: JoinWindows;
  /** Gets null for a side that has no record, where the kind lets it be. */
  readonly joiner: (left: L | null, right: R | null, key: K) => VR;
}

/**
 * Joins two streams within a time, each behind a repartition if its key was changed.
 * @throws TopologyError `JOIN_STORE_MISMATCH`, `INVALID_WINDOW`
 */
export function joinStreams<K, L, R, VR, F extends StreamFacts>(
  leftStream: JoiningStream<K, L>,
  rightStream: JoiningStream<K, R>,
  join: StreamJoin<K, L, R, VR>,
  options: StreamJoinOptions<K, L, R>,
): KStream<K, VR, F> {
  const { program } = leftStream.place;
  const keySerde = options.key ?? leftStream.place.keySerde;
  const left = partitioned(leftStream, options.name, '-left', { key: keySerde, value: options.value });
  const right = partitioned(rightStream, options.name, '-right', { key: keySerde, value: options.otherValue });
  const sources = program.copartition(left, right);
  const names = joinNames(program, join.kind, options.name);
  const stores = joinStores(program, names, join, options, {
    key: expectSerde(keySerde, 'key', names.merge),
    left: expectSerde(options.value ?? left.valueSerde, 'value', names.merge),
    right: expectSerde(options.otherValue ?? right.valueSerde, 'value', names.merge),
  });
  const sides = joinSides(join, { left: stores.left.name, right: stores.right.name, shared: stores.shared?.name });
  program.graph.add(windowedNode(names.leftWindowed, stores.left.name), left.node);
  program.graph.add(windowedNode(names.rightWindowed, stores.right.name), right.node);
  const node = new StreamJoinNode(
    names.merge,
    { windowed: names.leftWindowed, join: names.left, store: stores.left, supplier: joinProcessor(sides.left) },
    { windowed: names.rightWindowed, join: names.right, store: stores.right, supplier: joinProcessor(sides.right) },
    stores.shared,
    selfJoin(join, stores.left.name),
    joinClock(options, stores.shared?.name, sides.left),
  );
  program.graph.add(node, left.node, right.node);
  return program.handles.stream({
    program,
    name: names.merge,
    node,
    sources,
    keySerde,
    valueSerde: undefined,
    rekeyed: false,
  });
}

function partitioned<K, V>(
  { place, repartition }: JoiningStream<K, V>,
  name: string | undefined,
  suffix: string,
  serdes: { readonly key: Serde<K> | undefined; readonly value: Serde<V> | undefined },
): StreamPlace<K, V> {
  if (!place.rekeyed) return place;
  const { key = place.keySerde, value = place.valueSerde } = serdes;
  return repartition.forJoin(name === undefined ? undefined : name + suffix, {
    ...(key && { key }),
    ...(value && { value }),
  });
}

/** Names of the nodes, and those that stores are named after: these are generated even where the nodes are named. */
interface JoinNames {
  readonly leftWindowed: string;
  readonly rightWindowed: string;
  readonly left: string;
  readonly right: string;
  readonly merge: string;
  readonly leftStore: string;
  readonly rightStore: string;
  readonly sharedStore: string;
}

function joinNames({ names }: Program, kind: JoinKind, name: string | undefined): JoinNames {
  const leftWindowed = names.suffixedNameOr(name, '-this-windowed', 'KSTREAM-WINDOWED-');
  const rightWindowed = names.suffixedNameOr(name, '-other-windowed', 'KSTREAM-WINDOWED-');
  const leftPrefix = kind === 'outer' ? 'KSTREAM-OUTERTHIS-' : 'KSTREAM-JOINTHIS-';
  const leftStore = names.generate(leftPrefix);
  const rightStore = names.generate(kind === 'inner' ? 'KSTREAM-JOINOTHER-' : 'KSTREAM-OUTEROTHER-');
  const { left, right } = sideSuffixes(kind);
  return {
    leftWindowed,
    rightWindowed,
    left: name === undefined ? leftStore : name + left,
    right: name === undefined ? rightStore : name + right,
    merge: names.suffixedNameOr(name, '-merge', 'KSTREAM-MERGE-'),
    leftStore,
    rightStore,
    sharedStore: `KSTREAM-OUTERSHARED-${leftStore.slice(leftPrefix.length)}`,
  };
}

function sideSuffixes(kind: JoinKind): { readonly left: string; readonly right: string; readonly shared: string } {
  return {
    left: kind === 'outer' ? '-outer-this-join' : '-this-join',
    right: kind === 'inner' ? '-other-join' : '-outer-other-join',
    shared: kind === 'outer' ? '-outer-shared-join' : '-left-shared-join',
  };
}

function joinStores<K, L, R, VR>(
  program: Program,
  names: JoinNames,
  { kind, windows }: StreamJoin<K, L, R, VR>,
  options: StreamJoined,
  serdes: { readonly key: Serde<K>; readonly left: Serde<L>; readonly right: Serde<R> },
) {
  const { storeName, thisStore, otherStore } = options;
  const suffixes = sideSuffixes(kind);
  const named = (suffix: string, generated: string): string =>
    storeName === undefined ? generated : storeName + suffix;
  const facts = { options, windows, storage: program.storage };
  const { key, left, right } = serdes;
  const sharedName =
    thisStore === undefined ? named(suffixes.shared, names.sharedStore) : thisStore.name + suffixes.shared;
  expectTwoStores(options);
  return {
    left: joinSideStore(facts, thisStore, named(suffixes.left, names.leftStore), { key, value: left }),
    right: joinSideStore(facts, otherStore, named(suffixes.right, names.rightStore), { key, value: right }),
    shared: kind === 'inner' ? undefined : unjoinedStore(facts, sharedName, serdes),
  };
}

function joinSides<K, L, R, VR>(
  { kind, windows, joiner }: StreamJoin<K, L, R, VR>,
  stores: { readonly left: string; readonly right: string; readonly shared: string | undefined },
): { readonly left: StreamJoinSide<K, L, R, VR>; readonly right: StreamJoinSide<K, R, L, VR> } {
  const common = { windows, sharedStore: stores.shared };
  return {
    left: { ...common, joiner, left: true, outer: kind !== 'inner', otherStore: stores.right },
    right: {
      ...common,
      joiner: (right, left, key) => joiner(left, right, key),
      left: false,
      outer: kind === 'outer',
      otherStore: stores.left,
    },
  };
}

/** Where both sides are one stream. */
function selfJoin<K, L, R, VR>({ windows, joiner }: StreamJoin<K, L, R, VR>, storeName: string): ProcessorSupplier {
  const itself = joiner as unknown as (left: unknown, right: unknown, key: K) => VR; // of one stream, so of one type
  return () => new StreamSelfJoinProcessor({ joiner: itself, windows, storeName });
}

/** Only a left or outer join has results that wait for a window to close. */
function joinClock<K, L, R, VR>(
  { closeOn }: StreamJoined,
  sharedStore: string | undefined,
  side: StreamJoinSide<K, L, R, VR>,
): JoinClockNode | undefined {
  const clock = closingClock(closeOn);
  if (clock === undefined) return undefined;
  if (sharedStore === undefined) {
    throw new TopologyError('INVALID_WINDOW', 'closeOn is for left and outer joins: an inner join waits for no window');
  }
  const supplier = () => new JoinClockProcessor(side, sharedStore) as Processor;
  return { name: `${sharedStore}-clock`, supplier, ticks: new TickTopic(sharedStore, clock) };
}

function windowedNode(name: string, store: string): OperatorNode {
  return new OperatorNode(name, { supplier: () => () => new JoinWindowProcessor(store) });
}

function joinProcessor<K, Own, Other, VR>(side: StreamJoinSide<K, Own, Other, VR>): ProcessorSupplier {
  return () => new StreamJoinSideProcessor(side);
}
