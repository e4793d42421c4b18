import type { StoreDefinition } from '../state/store.js';
import { storeView } from '../processor/ktable/store-view.js';
import { TableSourceProcessor } from '../processor/ktable/table-source.js';
import type { ProcessorSupplier } from '../topology/processor.js';
import type { ProcessorWrapper } from '../topology/processor-wrapper.js';
import type { BuiltTopology, ExtractableRecord, TimestampExtractor } from '../topology/node.js';
import type { Sink } from '../topology/sink.js';
import { Topology } from '../topology/topology.js';
import { TopologyError } from '../topology/topology-error.js';
import { validName } from '../topology/naming.js';
import { GlobalTable } from './global-table.js';
import { TopicConnectorNode } from './graph/connector-nodes.js';
import { GlobalStoreNode } from './graph/global-store-node.js';
import { StateStoreNode, StreamSourceNode, TableSourceNode, type Reading } from './graph/nodes.js';
import { GroupedStream } from './grouped-stream.js';
import { GroupedTable } from './grouped-table.js';
import { KStream } from './kstream.js';
import { KTable } from './ktable.js';
import type { Consumed, Stored } from './options.js';
import { optimizationRules, optimize, type Optimization } from './optimization.js';
import { expectExplicitNames } from './explicit-names.js';
import {
  Program,
  type GroupPlace,
  type Handles,
  type StreamPlace,
  type TableGroupPlace,
  type TablePlace,
} from './program.js';
import type { StreamFacts, TableFacts } from './serde-facts.js';
import { givenStoreName, keepsVersions, tableStoreDefinition } from './stored.js';
import { tellsExpiry } from './table/expiring-table.js';
import { SourceTable } from './table/store-table.js';

export interface StreamsBuilderOptions {
  /** Where stores are kept unless they say otherwise. Default `leveldb`. */
  readonly storage?: 'leveldb' | 'memory';
  /**
   * Refuse a program whose stores or internal topics have generated names (KIP-1111): those change when operators are added
   * before them, and the state is lost. Default false.
   */
  readonly explicitNames?: boolean;
  /** Is put around every processor of the program (KIP-1112). Default: none. */
  readonly processorWrapper?: ProcessorWrapper;
}

const HANDLES: Handles = {
  stream: <K, V, F extends StreamFacts>(place: StreamPlace<K, V>) => new KStream<K, V, F>(place),
  table: <K, V, F extends TableFacts>(place: TablePlace<K, V>) => new KTable<K, V, F>(place),
  group: <K, V, F extends StreamFacts>(place: GroupPlace<K, V>) => new GroupedStream<K, V, F>(place),
  groupedTable: <K, V>(place: TableGroupPlace<K, V>) => new GroupedTable<K, V>(place),
};

/**
 * Writes a program with streams and tables.
 *
 *     const builder = new StreamsBuilder()
 *     builder.stream('words', { key: string(), value: string() }).groupBy((word) => word, { key: string() }).count()
 *     const topology = builder.build()
 */
export class StreamsBuilder {
  readonly #program: Program;
  readonly #explicitNames: boolean;
  readonly #processorWrapper: ProcessorWrapper | undefined;

  constructor({ storage = 'leveldb', explicitNames = false, processorWrapper }: StreamsBuilderOptions = {}) {
    this.#processorWrapper = processorWrapper;
    this.#program = new Program(HANDLES, storage);
    this.#explicitNames = explicitNames;
  }

  /**
   * Reads topics as a stream: one, several, or all whose whole name matches a pattern. Streams of the same topics share
   * one source. Kafka Streams' `stream`.
   */
  stream<K, V>(topics: string | readonly string[] | RegExp, options: Consumed<K, V>): KStream<K, V> {
    const program = this.#program;
    const name = program.names.nameOr(options.name, 'KSTREAM-SOURCE-');
    const pattern = topics instanceof RegExp ? topics : undefined;
    const names = topics instanceof RegExp ? [] : typeof topics === 'string' ? [topics] : topics;
    const node = new StreamSourceNode(name, names, pattern, reading(options));
    program.graph.add(node, program.graph.root);
    const serdes = { keySerde: options.key, valueSerde: options.value };
    return HANDLES.stream({ program, name, node, sources: new Set([name]), ...serdes, rekeyed: false });
  }

  /**
   * Reads a topic as a table: upserts and tombstones by key. It is kept in a store if it is named, joined or compared.
   * Kafka Streams' `table`.
   */
  table<K, V>(topic: string, options: Consumed<K, V> & Stored): KTable<K, V> {
    const program = this.#program;
    const queryableStore = givenStoreName(options);
    const storeName = queryableStore ?? program.names.storeName(`${topic}-`);
    const sourceName = program.names.suffixedNameOr(options.name, '-source', 'KSTREAM-SOURCE-');
    const name = program.names.nameOr(options.name, 'KTABLE-SOURCE-');
    const { key, value } = options;
    const store = tableStoreDefinition(program, storeName, options, { key, value });
    const versioned = keepsVersions(options);
    const logic = new SourceTable<K, V>(
      store,
      versioned || queryableStore !== undefined || tellsExpiry(store),
      versioned,
    );
    const node = new TableSourceNode(name, sourceName, topic, reading(options), logic);
    program.graph.add(node, program.graph.root);
    const serdes = { keySerde: key, valueSerde: value };
    return HANDLES.table({ program, name, node, sources: new Set([sourceName]), ...serdes, logic, queryableStore });
  }

  /**
   * Reads a topic as a table of which every instance has all rows; `logging` and `caching` have no say, since the topic is
   * the changelog. Kafka Streams' `StreamsBuilder.globalTable`.
   * @throws TopologyError `STORE_KIND_MISMATCH`, `GLOBAL_TABLE_VERSIONED`
   */
  globalTable<K, V>(
    topic: string,
    options: Consumed<K, V> & Omit<Stored, 'onExpiry' | 'historyRetention'>,
  ): GlobalTable<K, V> {
    if (keepsVersions(options)) throw globalTableVersioned(topic);
    const queryableStore = givenStoreName(options);
    const storeName = queryableStore ?? this.#program.names.storeName(`${topic}-`);
    const { key, value } = options;
    const store = tableStoreDefinition(this.#program, storeName, { ...options, caching: false }, { key, value });
    const table = { storeName, sendOldValues: false };
    this.#addGlobal(topic, options, store, () => new TableSourceProcessor<K, V>(table));
    return new GlobalTable({ storeName, view: storeView(store), queryableStore });
  }

  /**
   * Adds a store that every instance fills from the whole topic with a processor of its own, which forwards nothing. Every
   * processor may read it, and none but its own may write to it. Kafka Streams' `StreamsBuilder.addGlobalStore`.
   * @param options.store its `logging` has no say: the topic is its changelog
   * @param options.supplier is called once per instance
   */
  addGlobalStore<K, V>(
    topic: string,
    options: Consumed<K, V> & { readonly store: StoreDefinition; readonly supplier: ProcessorSupplier<K, V> },
  ): this {
    validName(options.store.name);
    this.#addGlobal(topic, options, options.store, options.supplier);
    return this;
  }

  /**
   * Writes a topic to a destination outside of Kafka, as the sink promises, in a sub-topology of its own. The topic is one
   * that nothing else of the program reads: an output of it, or of others. `KStream.toSink` writes a stream. Kafka Streams
   * leaves it to Connect.
   *
   *     builder.sink('totals-table', { topic: 'totals', key: string(), value: json<Total>(), sink: postgresSink(…) })
   *
   * @param name of the sink, for ever: the destination keeps its position under it
   */
  sink<K, V>(
    name: string,
    options: Omit<Consumed<K, V>, 'name'> & { readonly topic: string; readonly sink: Sink<K, V> },
  ): this {
    const { graph } = this.#program;
    graph.add(new TopicConnectorNode(validName(name), options.topic, reading(options), options.sink), graph.root);
    return this;
  }

  /** Adds a store that processors can be connected to by its name. Kafka Streams' `addStateStore`. */
  addStateStore(store: StoreDefinition): this {
    validName(store.name);
    this.#program.graph.add(new StateStoreNode(store), this.#program.graph.root);
    return this;
  }

  /**
   * The program as data, ready to run or to describe. More may be added, and built again, afterwards.
   * @param options.optimization rules that change the topology (Kafka Streams' `topology.optimization`). Default `none`. A
   *   program that runs must keep its rules: with others it has other topics
   * @throws TopologyError for what cannot be right: names taken twice, stores not added, sources that overlap, …
   */
  build({ optimization = 'none' }: { readonly optimization?: Optimization } = {}): BuiltTopology {
    const rules = optimizationRules(optimization);
    const { graph, copartitioned } = this.#program;
    const merged = new Map(graph.mergeDuplicateSources());
    for (const [name, place] of optimize(this.#program, rules)) merged.set(name, place);
    const topology = new Topology({ processorWrapper: this.#processorWrapper });
    graph.writeTo(topology);
    for (const sources of copartitioned)
      topology.copartitionSources([...sources].map((name) => merged.get(name) ?? name));
    const built = topology.build();
    if (this.#explicitNames) expectExplicitNames(built);
    return built;
  }

  #addGlobal<K, V>(
    topic: string,
    options: Consumed<K, V>,
    store: StoreDefinition,
    supplier: ProcessorSupplier<K, V>,
  ): void {
    const { graph, names } = this.#program;
    const source = names.suffixedNameOr(options.name, '-source', 'KSTREAM-SOURCE-');
    const name = names.nameOr(options.name, 'KTABLE-SOURCE-');
    const unlogged = { ...store, logging: false as const };
    const run = supplier as ProcessorSupplier; // the topic's serdes are of the supplier's types
    graph.add(new GlobalStoreNode(name, source, topic, reading(options), unlogged, run), graph.root);
  }
}

function globalTableVersioned(topic: string): TopologyError {
  return new TopologyError('GLOBAL_TABLE_VERSIONED', `GlobalTables cannot be versioned: that of topic "${topic}" is`, {
    hint: 'Leave out the history retention, or read the topic with `table`.',
  });
}

function reading<K, V>(options: Consumed<K, V>): Reading {
  const { key, value, offsetReset } = options;
  return { keySerde: key, valueSerde: value, timestampExtractor: timestampExtractor(options), offsetReset };
}

function timestampExtractor<K, V>({ timestamp, timestampExtractor }: Consumed<K, V>): TimestampExtractor | undefined {
  if (timestampExtractor !== undefined && timestamp !== undefined) {
    throw new TopologyError('TWO_TIMESTAMP_EXTRACTORS', 'A source has both "timestamp" and "timestampExtractor"');
  }
  if (timestamp === undefined) return timestampExtractor;
  return (record: ExtractableRecord<K, V>, partitionTime) =>
    record.value === null ? record.timestamp : timestamp(record.value, record, partitionTime);
}
