import type { Serde } from '../serde/serde.js';
import type { ClosingClock } from '../processor/window/close-on.js';
import { repartitionNames } from '../topology/naming.js';
import type { GraphNode, NodeTraits } from './graph/graph-node.js';
import { OperatorNode, RepartitionNode, type Operator } from './graph/nodes.js';
import { TickTopic } from './graph/tick-topic.js';
import { addLateChild, type LateChild } from './late.js';
import type { KTable } from './ktable.js';
import { expectSerde, type GroupPlace } from './program.js';
import type { TableFacts } from './serde-facts.js';
import type { TableLogic } from './table/table-logic.js';

/** An aggregation's node and the table it keeps. */
export interface AggregateNode<K, V> {
  readonly name: string;
  readonly storeName: string;
  readonly logic: TableLogic<K, V> & Operator;
  readonly keySerde: Serde<K>;
  readonly valueSerde: Serde<V>;
  readonly queryableStore: string | undefined;
  readonly traits?: NodeTraits;
  /** The clock that closes windows beside stream time. */
  readonly clock?: ClosingClock | undefined;
}

/**
 * Places the aggregations of one group behind its repartition, where the key was changed. With a name for the repartition
 * all aggregations of the group share one topic; else each has its own, named after its store.
 */
export class GroupAggregation<K, V> {
  #shared: RepartitionNode | undefined;

  constructor(readonly place: GroupPlace<K, V>) {}

  add<KR, VR, F extends TableFacts>(
    aggregate: AggregateNode<KR, VR>,
    key: Serde<K>,
    late?: LateChild<K, V>,
  ): KTable<KR, VR, F> {
    const { program } = this.place;
    const parent = this.place.rekeyed ? this.#repartition(aggregate.storeName, key) : undefined;
    const { clock, storeName } = aggregate;
    const ticks = clock === undefined ? undefined : new TickTopic(storeName, clock);
    const node = new OperatorNode(aggregate.name, aggregate.logic, aggregate.traits, ticks);
    program.graph.add(node, parent ?? this.place.node);
    const sources = parent === undefined ? this.place.sources : new Set([parent.name]);
    if (late !== undefined) {
      const { name } = aggregate;
      addLateChild({ ...this.place, name, node, sources, keySerde: key, rekeyed: false }, late.name, late);
    }
    return program.handles.table({
      program,
      node,
      sources,
      ...aggregate,
    });
  }

  #repartition(storeName: string, key: Serde<K>): GraphNode {
    const { program, node: parent, repartitionName, keySerde, valueSerde } = this.place;
    const names = repartitionNames(program.names, repartitionName ?? storeName);
    if (this.#shared === undefined || repartitionName === undefined) {
      const value = expectSerde(valueSerde, 'value', names.topic);
      this.#shared = new RepartitionNode(names, keySerde ?? key, value, undefined);
    }
    program.graph.add(this.#shared, parent);
    return this.#shared;
  }
}
