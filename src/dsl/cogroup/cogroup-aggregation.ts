import type { Serde } from '../../serde/serde.js';
import type { StoreDefinition } from '../../state/store.js';
import type { TableView } from '../../processor/ktable/value-getter.js';
import type { Processor } from '../../topology/processor.js';
import { repartitionNames } from '../../topology/naming.js';
import type { GraphNode, NodeTraits } from '../graph/graph-node.js';
import { OperatorNode, RepartitionNode } from '../graph/nodes.js';
import type { KTable } from '../ktable.js';
import { expectSerde, type GroupPlace, type Program } from '../program.js';
import type { TableFacts } from '../serde-facts.js';
import { CogroupTable } from './cogroup-table.js';

/** How the values of one group are folded into the aggregate that several groups share. */
export type GroupAggregator<K, A> = (aggregate: A, value: unknown, key: K) => A | null;

/** One of the groups. */
export interface Member<K, A> {
  readonly place: GroupPlace<K, unknown>;
  readonly aggregator: GroupAggregator<K, A>;
}

/** The table that the groups are folded into. */
export interface CogroupNode<K, A, KR> {
  /** The program's name, which the nodes' names begin with. */
  readonly name: string | undefined;
  readonly store: StoreDefinition;
  readonly newProcessor: (aggregator: GroupAggregator<K, A>, sendOldValues: boolean) => Processor;
  readonly viewOf: (store: StoreDefinition) => TableView<KR, A>;
  readonly keySerde: Serde<KR>;
  readonly valueSerde: Serde<A>;
  readonly queryableStore: string | undefined;
  readonly traits?: NodeTraits;
}

export const COGROUP_PREFIX = 'COGROUPKSTREAM-AGGREGATE-';

/**
 * Places the nodes of a cogroup: each group behind its repartition, where its key was changed, then its aggregation, then
 * what brings them together. Several aggregations of the same groups share the repartitions.
 */
export class CogroupAggregation<K, A> {
  readonly #repartitions: Map<GroupPlace<K, unknown>, RepartitionNode>;

  constructor(
    readonly members: readonly [Member<K, A>, ...Member<K, A>[]],
    repartitions = new Map<GroupPlace<K, unknown>, RepartitionNode>(),
  ) {
    this.#repartitions = repartitions;
  }

  /** The same with one group more. */
  with(member: Member<K, A>): CogroupAggregation<K, A> {
    return new CogroupAggregation([...this.members, member], this.#repartitions);
  }

  get program(): Program {
    return this.members[0].place.program;
  }

  /** The serde of the keys, which all groups have in common. */
  get keySerde(): Serde<K> {
    const [{ place }] = this.members;
    return expectSerde(place.keySerde, 'key', place.name);
  }

  add<KR, F extends TableFacts>(cogroup: CogroupNode<K, A, KR>): KTable<KR, A, F> {
    const { names, graph, copartitioned } = this.program;
    const parents = this.members.map(({ place }) => this.#parent(place, cogroup.store.name));
    const sources = new Set(this.members.flatMap(({ place }, i) => sourcesOf(place, parents[i])));
    if (this.members.length > 1) copartitioned.push(sources);
    const table = new CogroupTable(cogroup.store, cogroup.viewOf);
    const nodes = this.members.map(({ place, aggregator }, i): GraphNode => {
      const name = names.suffixedNameOr(cogroup.name, `-cogroup-agg-${i}`, COGROUP_PREFIX);
      const member = table.member((sendOldValues) => cogroup.newProcessor(aggregator, sendOldValues), i === 0);
      const node = new OperatorNode(name, member, cogroup.traits);
      graph.add(node, parents[i] ?? place.node);
      return node;
    });
    const name = names.suffixedNameOr(cogroup.name, '-cogroup-merge', 'COGROUPKSTREAM-MERGE-');
    const node = new OperatorNode(name, table);
    graph.add(node, ...(nodes as [GraphNode, ...GraphNode[]])); // as many as there are members
    const { keySerde, valueSerde, queryableStore } = cogroup;
    const { program } = this;
    return program.handles.table({ program, name, node, sources, keySerde, valueSerde, logic: table, queryableStore });
  }

  /** The group's repartition; undefined where its records are partitioned by their key already. */
  #parent(place: GroupPlace<K, unknown>, storeName: string): RepartitionNode | undefined {
    if (!place.rekeyed) return undefined;
    const names = repartitionNames(place.program.names, place.repartitionName ?? storeName);
    const known = this.#repartitions.get(place);
    if (known !== undefined) return known;
    const value = expectSerde(place.valueSerde, 'value', names.topic);
    const repartition = new RepartitionNode(names, this.keySerde, value, undefined);
    place.program.graph.add(repartition, place.node);
    this.#repartitions.set(place, repartition);
    return repartition;
  }
}

function sourcesOf<K>(place: GroupPlace<K, unknown>, repartition: RepartitionNode | undefined): readonly string[] {
  return repartition === undefined ? [...place.sources] : [repartition.name];
}
