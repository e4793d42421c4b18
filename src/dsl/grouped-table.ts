import { long } from '../serde/primitives.js';
import type { Serde } from '../serde/serde.js';
import type { Processor } from '../topology/processor.js';
import { TableAggregateProcessor, type TableAggregation } from '../processor/aggregate/table-aggregate.js';
import { changeSerde } from '../processor/ktable/change-serde.js';
import { storeView } from '../processor/ktable/store-view.js';
import { OperatorNode, TableRepartitionNode } from './graph/nodes.js';
import type { AggregateFacts } from './grouped-stream.js';
import type { KTable } from './ktable.js';
import type { Named, OnExpiry, Stored } from './options.js';
import type { TableGroupPlace } from './program.js';
import type { Gone, TableFacts } from './serde-facts.js';
import { givenStoreName, tableStoreDefinition } from './stored.js';
import { topList } from '../processor/top/top-list.js';
import { AggregateTable } from './table/store-table.js';
import { TopTable, type TopN } from './top.js';

/** A table's rows grouped by another key, ready to be aggregated. A changed row is taken out of its group and put in again. */
export class GroupedTable<K, V> {
  readonly #place: TableGroupPlace<K, V>;
  #repartition: TableRepartitionNode | undefined;

  /** Made by a table's `groupBy`. */
  constructor(place: TableGroupPlace<K, V>) {
    this.#place = place;
  }

  /** How many rows each group has. Kafka Streams' `count`. */
  count<X extends OnExpiry = 'silent'>(
    options: Named & Stored<X> & { key?: Serde<K>; value?: Serde<number> } = {},
  ): KTable<K, number, AggregateFacts<number | Gone<X>>> {
    const aggregation = {
      initializer: () => 0,
      aggregator: (count: number) => count + 1,
      subtractor: (count: number) => count - 1,
    };
    return this.#add('KTABLE-AGGREGATE-', aggregation, { ...options, value: options.value ?? long() });
  }

  /**
   * Folds the rows of each group into one value of their type; `subtractor` takes a row out. Null deletes.
   * Kafka Streams' `reduce`: a row that changes its group leaves the one before it comes into the other.
   */
  reduce<R extends NoInfer<V> | null, X extends OnExpiry = 'silent'>(
    adder: (aggregate: V, value: V) => R,
    subtractor: (aggregate: V, value: V) => R,
    options: Named & Stored<X> & { key?: Serde<K>; value?: Serde<V> } = {},
  ): KTable<K, V, AggregateFacts<R | Gone<X>>> {
    const aggregation = { initializer: undefined, aggregator: adder, subtractor };
    return this.#add('KTABLE-REDUCE-', aggregation, { ...options, value: options.value ?? this.#place.valueSerde });
  }

  /**
   * Folds the rows of each group into an aggregate; `subtractor` takes a row out. Null deletes it.
   * Kafka Streams' `aggregate`; rows change groups as with `reduce`.
   * @param options.value the serde of the aggregate
   */
  aggregate<A, R extends NoInfer<A> | null, X extends OnExpiry = 'silent'>(
    initializer: () => NoInfer<A>,
    adder: (aggregate: NoInfer<A>, value: V, key: K) => R,
    subtractor: (aggregate: NoInfer<A>, value: V, key: K) => R,
    options: Named & Stored<X> & { key?: Serde<K>; value: Serde<A> },
  ): KTable<K, A, AggregateFacts<R | Gone<X>>> {
    return this.#add('KTABLE-AGGREGATE-', { initializer, aggregator: adder, subtractor }, options);
  }

  /**
   * The `n` rows of each group with the highest scores, highest first; equal scores by the bytes of their values. A row that
   * changes or is deleted leaves the list, and the next one moves up: all rows are kept, by rank, in a second store
   * (`<store>-ranking`), of which a change reads and writes a few, however large the group. A list that did not change is not
   * sent again; that of an empty group is deleted. Kafka Streams has no such operator.
   *
   *     sellers.groupBy((_id, seller) => [seller.city, seller], { key: string(), value: json<Seller>() })
   *       .topN({ by: (seller) => seller.revenue, n: 5, store: 'best-sellers' })
   * @throws TopologyError `INVALID_TOP`
   */
  topN(
    options: TopN<V> & { readonly key?: Serde<K>; readonly value?: Serde<V> },
  ): KTable<K, readonly V[], AggregateFacts<null>> {
    const { keySerde, valueSerde } = this.#place;
    const key = options.key ?? keySerde;
    const value = options.value ?? valueSerde;
    const { program } = this.#place;
    const newTable = (storeName: string) => new TopTable(program, storeName, options, key, value);
    return this.#addTable('KTABLE-TOPN-', 'KTABLE-TOPN-', newTable, { ...options, key, value: topList(value) });
  }

  #add<A, F extends TableFacts>(
    prefix: string,
    aggregation: TableAggregation<K, V, A>,
    options: Named & Stored & { key?: Serde<K>; value: Serde<A> },
  ): KTable<K, A, F> {
    const key = options.key ?? this.#place.keySerde;
    const newTable = (storeName: string) => {
      const store = tableStoreDefinition(this.#place.program, storeName, options, { key, value: options.value });
      const newProcessor = (sendOldValues: boolean) =>
        new TableAggregateProcessor(aggregation, storeName, sendOldValues) as Processor;
      return new AggregateTable<K, A>(store, newProcessor, storeView);
    };
    return this.#addTable('KTABLE-AGGREGATE-', prefix, newTable, { ...options, key });
  }

  #addTable<A, F extends TableFacts>(
    storePrefix: string,
    prefix: string,
    newTable: (storeName: string) => AggregateTable<K, A>,
    options: Named & Stored & { key: Serde<K>; value: Serde<A> },
  ): KTable<K, A, F> {
    const { program, node: parent } = this.#place;
    const { names } = program;
    const queryableStore = givenStoreName(options);
    const storeName = queryableStore ?? names.storeName(storePrefix);
    const sink = names.suffixedNameOr(options.name, '-sink', 'KSTREAM-SINK-');
    const source = names.suffixedNameOr(options.name, '-source', 'KSTREAM-SOURCE-');
    const name = names.nameOr(options.name, prefix);
    const repartition = this.#repartitionBy({ sink, source, storeName });
    program.graph.add(repartition, parent);
    const logic = newTable(storeName);
    const node = new OperatorNode(name, logic);
    program.graph.add(node, repartition);
    return program.handles.table({
      program,
      name,
      node,
      sources: new Set([repartition.name]),
      keySerde: options.key,
      valueSerde: options.value,
      logic,
      queryableStore,
    });
  }

  /** With a name for the topic, all aggregations of the group share it. */
  #repartitionBy({
    sink,
    source,
    storeName,
  }: {
    sink: string;
    source: string;
    storeName: string;
  }): TableRepartitionNode {
    const { keySerde, valueSerde, repartitionName } = this.#place;
    if (this.#repartition === undefined || repartitionName === undefined) {
      const names = { topic: `${repartitionName ?? storeName}-repartition`, sink, source };
      this.#repartition = new TableRepartitionNode(names, keySerde, changeSerde(valueSerde));
    }
    return this.#repartition;
  }
}
