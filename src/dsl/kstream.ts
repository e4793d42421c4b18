import type { Serde } from '../serde/serde.js';
import type { ArrivalOrder } from '../topology/arrival-order.js';
import type { StreamPartitioner, TopicNameExtractor } from '../topology/node.js';
import type { FixedKeyProcessorSupplier, ProcessorSupplier } from '../topology/processor.js';
import type { Sink } from '../topology/sink.js';
import { FilterProcessor } from '../processor/stateless/filter.js';
import { FlatMapProcessor, MapProcessor } from '../processor/stateless/map.js';
import { FlatMapValuesProcessor, MapValuesProcessor } from '../processor/stateless/map-values.js';
import { ForeachProcessor, PeekProcessor } from '../processor/stateless/peek.js';
import { PassThroughProcessor } from '../processor/stateless/pass-through.js';
import { SelectKeyProcessor } from '../processor/stateless/select-key.js';
import { BranchedStream } from './branched-stream.js';
import type { GraphNode, NodeTraits } from './graph/graph-node.js';
import { OperatorNode, SinkNode } from './graph/nodes.js';
import type { GroupedStream } from './grouped-stream.js';
import type { KTable } from './ktable.js';
import type { Connected, Named, OnExpiry, Produced, Repartitioned, Stored } from './options.js';
import { connectedStores } from './connected-stores.js';
import { distinctStream, type ByKey, type Distinct, type First, type Flagged } from './distinct.js';
import { reorderStream, type Reorder, type WithSerdes } from './reorder.js';
import { expectSerde, type StreamPlace } from './program.js';
import { AsyncStream } from './async-stream.js';
import { streamToSink, type SinkProduced } from './stream-to-sink.js';
import { streamToTable } from './stream-to-table.js';
import type {
  AllChanged,
  Gone,
  KeyChanged,
  Known,
  KnownOr,
  Merged,
  NeedsBoth,
  NeedsByKey,
  NonNull,
  SerdeFor,
  StreamFacts,
  ValueChanged,
  WriterFor,
} from './serde-facts.js';

/**
 * A stream of records, each a fact of its own. Operators give new streams and run nothing; callbacks take the value first,
 * then the key. `F` is what the compiler knows of the serdes; it never has to be written.
 *
 * A tombstone is a null value: streams of tables that can lose keys have it in their type; a topic may hold some at any time.
 */
export class KStream<K, V, F extends StreamFacts = Known> extends AsyncStream<K, V, F> {
  /** Keeps the records for which the predicate holds. A type predicate narrows the values. Kafka Streams' `filter`. */
  filter<W extends V>(predicate: (value: V, key: K) => value is W, options?: Named): KStream<K, W, F>;
  filter(predicate: (value: V, key: K) => boolean, options?: Named): KStream<K, V, F>;
  filter(predicate: (value: V, key: K) => boolean, options: Named = {}): KStream<K, V, F> {
    return this.#sameTypes('KSTREAM-FILTER-', () => new FilterProcessor(predicate), options);
  }

  /** Keeps the records for which the predicate does not hold. Kafka Streams' `filterNot`. */
  filterNot(predicate: (value: V, key: K) => boolean, options: Named = {}): KStream<K, V, F> {
    return this.#sameTypes('KSTREAM-FILTER-', () => new FilterProcessor(predicate, false), options);
  }

  /**
   * Gives each record a new key and value. Grouping or joining afterwards goes through a repartition topic.
   * Kafka Streams' `map`.
   */
  map<KR, VR>(mapper: (key: K, value: V) => readonly [KR, VR], options: Named = {}): KStream<KR, VR, AllChanged> {
    const node = this.#append('KSTREAM-MAP-', () => new MapProcessor(mapper), options, { changes: 'key' });
    return this.#next({ node, keySerde: undefined, valueSerde: undefined, rekeyed: true });
  }

  /** Gives each record a new value; the key stays, so nothing is repartitioned. Kafka Streams' `mapValues`. */
  mapValues<VR>(mapper: (value: V, key: K) => VR, options: Named = {}): KStream<K, VR, ValueChanged<F>> {
    const node = this.#append('KSTREAM-MAPVALUES-', () => new MapValuesProcessor(mapper), options, {
      changes: 'value',
    });
    return this.#next({ node, valueSerde: undefined });
  }

  /** Turns each record into any number of records with new keys and values. Kafka Streams' `flatMap`. */
  flatMap<KR, VR>(
    mapper: (key: K, value: V) => Iterable<readonly [KR, VR]>,
    options: Named = {},
  ): KStream<KR, VR, AllChanged> {
    const node = this.#append('KSTREAM-FLATMAP-', () => new FlatMapProcessor(mapper), options, { changes: 'key' });
    return this.#next({ node, keySerde: undefined, valueSerde: undefined, rekeyed: true });
  }

  /** Turns each record into any number of records of its key. Kafka Streams' `flatMapValues`. */
  flatMapValues<VR>(mapper: (value: V, key: K) => Iterable<VR>, options: Named = {}): KStream<K, VR, ValueChanged<F>> {
    const node = this.#append('KSTREAM-FLATMAPVALUES-', () => new FlatMapValuesProcessor(mapper), options, {
      changes: 'value',
    });
    return this.#next({ node, valueSerde: undefined });
  }

  /** Gives each record a new key. Kafka Streams' `selectKey`. */
  selectKey<KR>(selector: (value: V, key: K) => KR, options: Named = {}): KStream<KR, V, KeyChanged<F>> {
    const node = this.#append('KSTREAM-KEY-SELECT-', () => new SelectKeyProcessor(selector), options, {
      changes: 'key',
    });
    return this.#next({ node, keySerde: undefined, rekeyed: true });
  }

  /** Shows each record to an action and passes it on unchanged. Kafka Streams' `peek`. */
  peek(action: (value: V, key: K) => void, options: Named = {}): KStream<K, V, F> {
    return this.#sameTypes('KSTREAM-PEEK-', () => new PeekProcessor(action), options);
  }

  /** Ends the stream in an action. Kafka Streams' `foreach`. */
  foreach(action: (value: V, key: K) => void, options: Named = {}): void {
    this.#append('KSTREAM-FOREACH-', () => new ForeachProcessor(action), options);
  }

  /** Ends the stream on the standard output, or in `write`, as `[label]: key, value`. Kafka Streams' `print`. */
  print(options: Named & { readonly label?: string; readonly write?: (line: string) => void } = {}): void {
    const { label = this.place.name, write = writeToStandardOutput } = options;
    const print = (value: V, key: K): void => {
      write(`[${label}]: ${JSON.stringify(key)}, ${JSON.stringify(value)}\n`);
    };
    this.#append('KSTREAM-PRINTER-', () => new ForeachProcessor(print), options);
  }

  /** Both streams as one; the order between them is not fixed. Kafka Streams' `merge`. */
  merge<G extends StreamFacts>(other: KStream<K, V, G>, options: Named = {}): KStream<K, V, Merged<F, G>> {
    const { place } = this;
    const name = place.program.names.nameOr(options.name, 'KSTREAM-MERGE-');
    const node = new OperatorNode(name, { supplier: () => () => new PassThroughProcessor() }, { merges: true });
    place.program.graph.add(node, place.node, other.place.node);
    return this.#next({
      node,
      keySerde: other.place.keySerde && place.keySerde,
      valueSerde: other.place.valueSerde && place.valueSerde,
      sources: new Set([...place.sources, ...other.place.sources]),
      rekeyed: place.rekeyed || other.place.rekeyed,
    });
  }

  /**
   * Sends each record to the first branch whose predicate holds. Kafka Streams' `split` (KIP-418).
   *
   *     const { big, other } = orders.split().branch((order) => order.amount > 100, { name: 'big' }).defaultBranch({ name: 'other' })
   *
   * @param options.name prefix of the branches' node names
   */
  split(options: Named = {}): BranchedStream<K, V, F> {
    return BranchedStream.begin(this.place, options);
  }

  /**
   * Sends the stream through a topic of its own, partitioned by key. Records without a key are dropped.
   * Kafka Streams' `repartition` (KIP-221).
   */
  repartition<KS extends SerdeFor<K> | undefined = undefined, VS extends SerdeFor<V> | undefined = undefined>(
    this: NeedsBoth<KnownOr<F['key'], KS>, KnownOr<F['value'], VS>>,
    options?: Repartitioned<K, V> & { readonly key?: KS; readonly value?: VS },
  ): KStream<K, V>;
  repartition(options: Repartitioned<K, V> & { key?: Serde<K>; value?: Serde<V> } = {}): KStream<K, V> {
    const { program } = this.place;
    const prefix = options.name ?? program.names.generate('KSTREAM-REPARTITION-');
    return program.handles.stream(this.repartitions.explicit(prefix, options));
  }

  /**
   * Runs a processor of your own, which may change keys and forward what it likes. The supplier is called once per task.
   * Kafka Streams' `process` (KIP-820).
   * @throws TopologyError `STORE_NOT_ADDED` when the program is built
   */
  process<KR, VR>(supplier: ProcessorSupplier<K, V, KR, VR>, options: Connected = {}): KStream<KR, VR, AllChanged> {
    const node = this.#appendProcessor('KSTREAM-PROCESSOR-', supplier, options);
    return this.#next({ node, keySerde: undefined, valueSerde: undefined, rekeyed: true });
  }

  /**
   * As `process`, with a processor that keeps every record's key, so that nothing is repartitioned.
   * Kafka Streams' `processValues` (KIP-820).
   */
  processValues<VR>(
    supplier: FixedKeyProcessorSupplier<K, V, VR>,
    options: Connected = {},
  ): KStream<K, VR, ValueChanged<F>> {
    // A fixed-key processor is a processor; only its view of record and context is narrower.
    const make = supplier as ProcessorSupplier<K, V, K, VR>;
    const node = this.#appendProcessor('KSTREAM-PROCESSVALUES-', make, options, true);
    return this.#next({ node, valueSerde: undefined });
  }

  /**
   * Groups by a new key; records for which it is null are dropped. `name` names the repartition topic too.
   * Kafka Streams' `groupBy`.
   */
  groupBy<KR, VS extends SerdeFor<V> | undefined = undefined>(
    selector: (value: V, key: K) => NoInfer<KR> | null,
    options: Named & { readonly key: Serde<KR>; readonly value?: VS },
  ): GroupedStream<KR, V, { key: true; value: KnownOr<F['value'], VS>; rekeyed: true }>;
  groupBy<KR, VS extends SerdeFor<V> | undefined = undefined>(
    selector: (value: V, key: K) => KR,
    options?: Named & { readonly key?: undefined; readonly value?: VS },
  ): GroupedStream<NonNull<KR>, V, { key: false; value: KnownOr<F['value'], VS>; rekeyed: true }>;
  groupBy<KR>(
    selector: (value: V, key: K) => KR | null,
    options: Named & { key?: Serde<KR>; value?: Serde<V> } = {},
  ): object {
    const node = this.#append('KSTREAM-KEY-SELECT-', () => new SelectKeyProcessor(selector), options, {
      changes: 'key',
    });
    const { program, sources, valueSerde } = this.place;
    return program.handles.group({
      program,
      name: node.name,
      node,
      sources,
      keySerde: options.key,
      valueSerde: options.value ?? valueSerde,
      rekeyed: true,
      repartitionName: options.name,
    });
  }

  /**
   * Groups by the key; records without one are dropped. `name` names the repartition topic, where one is needed.
   * Kafka Streams' `groupByKey`.
   */
  groupByKey<KS extends SerdeFor<K> | undefined = undefined, VS extends SerdeFor<V> | undefined = undefined>(
    options?: Named & { readonly key?: KS; readonly value?: VS },
  ): GroupedStream<
    NonNull<K>,
    V,
    { key: KnownOr<F['key'], KS>; value: KnownOr<F['value'], VS>; rekeyed: F['rekeyed'] }
  >;
  groupByKey(options: Named & { key?: Serde<K>; value?: Serde<V> } = {}): object {
    const { keySerde, valueSerde } = this.place;
    return this.place.program.handles.group({
      ...this.place,
      keySerde: options.key ?? keySerde,
      valueSerde: options.value ?? valueSerde,
      repartitionName: options.name,
    });
  }

  /** The latest value per key, as a table; tombstones delete. Kafka Streams' `toTable` (KIP-523). */
  toTable<
    KS extends SerdeFor<K> | undefined = undefined,
    VS extends SerdeFor<V> | undefined = undefined,
    X extends OnExpiry = 'silent',
  >(
    this: NeedsBoth<KnownOr<F['key'], KS>, KnownOr<F['value'], VS>>,
    options?: Named & Stored<X> & { readonly key?: KS; readonly value?: VS },
  ): KTable<NonNull<K>, NonNull<V>, { key: true; value: true; deletes: null extends V | Gone<X> ? true : false }>;
  toTable(options: Named & Stored & { key?: Serde<K>; value?: Serde<V> } = {}): object {
    return streamToTable(this.place, this.repartitions, options);
  }

  /**
   * Drops duplicates: of records with equal key and equal id that are less than `within` apart, only the first to come goes on.
   * One that comes exactly `within` later, by its timestamp, is new. Duplicates do not prolong the time. The state is part of
   * the task's: exactly once, a crash neither loses a record nor lets a duplicate through. Records without a key are dropped,
   * and so is what comes more than `within` + `grace` behind stream time, for which nothing is remembered any more (`late`).
   * To look past keys, make the id the key first: `selectKey((order) => order.id).distinct({ within: '1h', key: string() })`.
   *
   *     orders.distinct({ by: (order) => order.id, within: '1h' })
   *
   * Kafka Streams has no such operator (KIP-655). Which of two duplicates goes on depends on which comes first.
   * @throws TopologyError `INVALID_WINDOW`
   */
  distinct<KS extends SerdeFor<K> | undefined = undefined, VS extends SerdeFor<V> | undefined = undefined>(
    this: NeedsByKey<F, KS, VS>,
    options: Distinct<K, V, ByKey<F, KS, VS>> & { readonly key?: KS; readonly value?: VS },
  ): KStream<NonNull<K>, V, ByKey<F, KS, VS>>;
  distinct(options: Distinct<K, V, StreamFacts> & { key?: Serde<K>; value?: Serde<V> }): object {
    return distinctStream(this.place, this.repartitions, 'KSTREAM-DISTINCT-', options);
  }

  /**
   * Keeps the first record to come of each key and id, for good or, with `within`, as `distinct` does. With `flag` every record
   * goes on, with a value that may tell whether it is the first: `flag: (payment, first) => ({ ...payment, first })`.
   * Kafka Streams has none.
   * @throws TopologyError `INVALID_WINDOW`
   */
  first<VR, KS extends SerdeFor<K> | undefined = undefined, VS extends SerdeFor<V> | undefined = undefined>(
    this: NeedsByKey<F, KS, VS>,
    options: First<K, V, ByKey<F, KS, VS>> & Flagged<K, V, VR> & { readonly key?: KS; readonly value?: VS },
  ): KStream<NonNull<K>, VR, ValueChanged<ByKey<F, KS, VS>>>;
  first<KS extends SerdeFor<K> | undefined = undefined, VS extends SerdeFor<V> | undefined = undefined>(
    this: NeedsByKey<F, KS, VS>,
    options?: First<K, V, ByKey<F, KS, VS>> & { readonly key?: KS; readonly value?: VS },
  ): KStream<NonNull<K>, V, ByKey<F, KS, VS>>;
  first(options: First<K, V, StreamFacts> & { key?: Serde<K>; value?: Serde<V> } = {}): object {
    return distinctStream(this.place, this.repartitions, 'KSTREAM-FIRST-', options);
  }

  /**
   * Puts records in the order of their timestamps; those of one timestamp stay in the order in which they were read, unless
   * `thenBy` orders them. Each is held back, in memory and in a changelog, until stream time is `within` past it, and what
   * comes further behind is late (`late`). The last records wait for later ones: time alone does not let them go. The order is
   * that of one partition.
   *
   *     clicks.reorder({ within: '10s', late: (late) => late.to('late-clicks') })
   *
   * Kafka Streams has no such operator. The result is the same however the records came, as long as none is late.
   * @throws TopologyError `INVALID_WINDOW`
   */
  reorder<KS extends SerdeFor<K> | undefined = undefined, VS extends SerdeFor<V> | undefined = undefined>(
    this: NeedsBoth<KnownOr<F['key'], KS>, KnownOr<F['value'], VS>>,
    options: Reorder<K, V, WithSerdes<F, KS, VS>> & { readonly key?: KS; readonly value?: VS },
  ): KStream<K, V, WithSerdes<F, KS, VS>>;
  reorder(options: Reorder<K, V, StreamFacts> & { key?: Serde<K>; value?: Serde<V> }): object {
    return reorderStream(this.place, options);
  }

  /** Writes the stream to a topic, or to the topic that a function chooses for each record. Kafka Streams' `to`. */
  to<KS extends WriterFor<K> | undefined = undefined, VS extends WriterFor<V> | undefined = undefined>(
    this: NeedsBoth<KnownOr<F['key'], KS>, KnownOr<F['value'], VS>>,
    topic: string | TopicNameExtractor<K, V>,
    options?: Produced<K, V> & { readonly key?: KS; readonly value?: VS },
  ): void;
  to(
    topic: string | TopicNameExtractor<K, V>,
    options: Produced<K, V> & { key?: Serde<K>; value?: Serde<V> } = {},
  ): void {
    const { program, keySerde, valueSerde, node } = this.place;
    const name = program.names.nameOr(options.name, 'KSTREAM-SINK-');
    const key = expectSerde(options.key ?? keySerde, 'key', name);
    const value = expectSerde(options.value ?? valueSerde, 'value', name);
    const partitioner: StreamPartitioner | undefined = options.partitioner;
    program.graph.add(new SinkNode(name, topic, key, value, partitioner), node);
  }

  /**
   * Writes the stream to a destination outside of Kafka, as the sink promises. It goes by way of an internal topic,
   * `<application>-<name>-sink`, to tasks of a sub-topology of their own, so that a destination that is down holds nothing
   * else up. A topic that the program writes anyway goes there by `StreamsBuilder.sink`. Kafka Streams leaves it to Connect.
   *
   *     totals.toSink('totals-table', postgresSink({ table: 'totals', … }))
   *
   * @param name of the sink, for ever: the destination keeps its position under it
   */
  toSink<KS extends SerdeFor<K> | undefined = undefined, VS extends SerdeFor<V> | undefined = undefined>(
    this: NeedsBoth<KnownOr<F['key'], KS>, KnownOr<F['value'], VS>>,
    name: string,
    sink: Sink<K, V>,
    options?: SinkProduced<K, V> & { readonly key?: KS; readonly value?: VS },
  ): void;
  toSink(
    name: string,
    sink: Sink<K, V>,
    options: SinkProduced<K, V> & { key?: Serde<K>; value?: Serde<V> } = {},
  ): void {
    streamToSink(this.place, name, sink, options);
  }

  #append(prefix: string, supplier: ProcessorSupplier<K, V>, { name }: Named, traits: NodeTraits = {}): GraphNode {
    const { program } = this.place;
    return this.#add(program.names.nameOr(name, prefix), supplier, {}, traits);
  }

  /** Unlike other operators, a named processor burns no number. */
  #appendProcessor<KR, VR>(
    prefix: string,
    supplier: ProcessorSupplier<K, V, KR, VR>,
    options: Connected,
    fixedKey = false,
  ): GraphNode {
    const name = options.name ?? this.place.program.names.generate(prefix);
    return this.#add(name, supplier, options, {}, fixedKey, 'processor');
  }

  #add<KR, VR>(
    name: string,
    supplier: ProcessorSupplier<K, V, KR, VR>,
    options: Connected,
    traits: NodeTraits,
    fixedKey = false,
    arrival: ArrivalOrder = 'any',
  ): GraphNode {
    const connected = connectedStores(options);
    const operator = { supplier: () => supplier as ProcessorSupplier, fixedKey, arrival, ...connected };
    const node = new OperatorNode(name, operator, traits);
    this.place.program.graph.add(node, this.place.node);
    return node;
  }

  #sameTypes(prefix: string, supplier: ProcessorSupplier<K, V, K, V>, options: Named): KStream<K, V, F> {
    return this.#next({ node: this.#append(prefix, supplier as ProcessorSupplier<K, V>, options) });
  }

  #next<KR, VR, G extends StreamFacts>(
    changed: Partial<StreamPlace<KR, VR>> & { readonly node: GraphNode },
  ): KStream<KR, VR, G> {
    const place = { ...this.place, name: changed.node.name, ...changed };
    return place.program.handles.stream(place as StreamPlace<KR, VR>);
  }
}

function writeToStandardOutput(line: string): void {
  process.stdout.write(line);
}
