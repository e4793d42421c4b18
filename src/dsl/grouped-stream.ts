import type { Serde } from '../serde/serde.js';
import { long } from '../serde/primitives.js';
import type { ArrivalOrder } from '../topology/arrival-order.js';
import type { Processor } from '../topology/processor.js';
import { StreamAggregateProcessor, type Aggregation } from '../processor/aggregate/stream-aggregate.js';
import { StreamTopProcessor } from '../processor/top/stream-top.js';
import { topList } from '../processor/top/top-list.js';
import { storeView } from '../processor/ktable/store-view.js';
import type { CountWindows } from '../processor/window/count-windows.js';
import type { SessionWindows } from '../processor/window/session-windows.js';
import { CogroupAggregation, type GroupAggregator } from './cogroup/cogroup-aggregation.js';
import { CogroupedStream } from './cogroup/cogrouped-stream.js';
import { CountWindowedStream } from './count-windowed-stream.js';
import { GroupAggregation } from './group-aggregation.js';
import type { KTable } from './ktable.js';
import type { Named, OnExpiry, Stored } from './options.js';
import { expectSerde, type GroupPlace } from './program.js';
import type {
  Gone,
  KnownOr,
  NeedsAggregate,
  NeedsBoth,
  NeedsGrouped,
  NonNull,
  SerdeFor,
  StreamFacts,
  TableFacts,
} from './serde-facts.js';
import { SessionWindowedStream } from './session-windowed-stream.js';
import { streamTop, type Ranking } from './top.js';
import { givenStoreName, mentionsStore, tableStoreDefinition } from './stored.js';
import { AggregateTable } from './table/store-table.js';
import { TimeWindowedStream } from './time-windowed-stream.js';
import type { StartWindows } from './time-windowing.js';

/** What a table tells of an aggregate: both serdes are known; it loses keys if the aggregator gives null. */
export interface AggregateFacts<Result> extends TableFacts {
  readonly key: true;
  readonly value: true;
  readonly deletes: null extends Result ? true : false;
}

/** Makes the processor that keeps an aggregate in the store of this name. */
type NewProcessor = (storeName: string, sendOldValues: boolean) => Processor;

/** A stream grouped by its key, ready to be aggregated. Records without key or value are dropped. */
export class GroupedStream<K, V, F extends StreamFacts> {
  readonly #aggregation: GroupAggregation<K, V>;

  /** Groups are made by `groupBy` and `groupByKey`. */
  constructor(readonly place: GroupPlace<K, V>) {
    this.#aggregation = new GroupAggregation(place);
  }

  /** How many records each key has had. Kafka Streams' `count`: records without a value are not counted. */
  count<KS extends SerdeFor<K> | undefined = undefined, X extends OnExpiry = 'silent'>(
    this: NeedsGrouped<F, KnownOr<F['key'], KS>>,
    options?: Named & Stored<X> & { readonly key?: KS; readonly value?: SerdeFor<number> },
  ): KTable<K, number, AggregateFacts<number | Gone<X>>>;
  count(options: Named & Stored & { key?: Serde<K>; value?: Serde<number> } = {}): object {
    const { names } = this.place.program;
    // Kafka Streams burns a number here, where the store is spoken of but not named.
    if (givenStoreName(options) === undefined && mentionsStore(options)) names.storeName('KSTREAM-AGGREGATE-');
    const aggregation = { initializer: () => 0, aggregator: (count: number) => count + 1, counts: true } as const;
    return this.#add('KSTREAM-AGGREGATE-', aggregation, { ...options, value: options.value ?? long() });
  }

  /**
   * Folds the values of each key into one of their own type; the first value is the beginning. Null deletes.
   * Kafka Streams' `reduce`.
   */
  reduce<
    R extends NonNull<V> | null,
    KS extends SerdeFor<K> | undefined = undefined,
    VS extends SerdeFor<V> | undefined = undefined,
    X extends OnExpiry = 'silent',
  >(
    this: F['rekeyed'] extends true
      ? NeedsGrouped<F, KnownOr<F['key'], KS>>
      : NeedsBoth<KnownOr<F['key'], KS>, KnownOr<F['value'], VS>>,
    reducer: (aggregate: NonNull<V>, value: NonNull<V>) => R,
    options?: Named & Stored<X> & { readonly key?: KS; readonly value?: VS },
  ): KTable<K, NonNull<V>, AggregateFacts<R | Gone<X>>>;
  reduce(
    reducer: (aggregate: NonNull<V>, value: NonNull<V>) => NonNull<V> | null,
    options: Named & Stored & { key?: Serde<K>; value?: Serde<V> } = {},
  ): object {
    const given = expectSerde(options.value ?? this.place.valueSerde, 'value', this.place.name);
    const value = given as Serde<unknown> as Serde<NonNull<V>>; // null never reaches a serde
    return this.#add('KSTREAM-REDUCE-', { initializer: undefined, aggregator: reducer }, { ...options, value });
  }

  /**
   * Folds the values of each key into an aggregate. Null deletes it. Kafka Streams' `aggregate`.
   * @param options.value the serde of the aggregate
   */
  aggregate<
    A,
    R extends NoInfer<A> | null,
    KS extends SerdeFor<K> | undefined = undefined,
    X extends OnExpiry = 'silent',
  >(
    this: NeedsAggregate<F, KnownOr<F['key'], KS>, A>,
    initializer: () => NoInfer<A>,
    aggregator: (aggregate: NoInfer<A>, value: NonNull<V>, key: K) => R,
    options: Named & Stored<X> & { readonly key?: KS; readonly value: Serde<A> },
  ): KTable<K, A, AggregateFacts<R | Gone<X>>>;
  aggregate<A>(
    initializer: () => A,
    aggregator: (aggregate: A, value: NonNull<V>, key: K) => A | null,
    options: Named & Stored & { key?: Serde<K>; value: Serde<A> },
  ): object {
    return this.#add('KSTREAM-AGGREGATE-', { initializer, aggregator }, options);
  }

  /**
   * The `n` values of each group with the highest scores, highest first; equal scores by the bytes of their values, so that the
   * list does not depend on the order in which they came. It is sent on when it changes; one row per group is read and
   * written. A value that was once in the stream is never taken out: for rows that change, group a table
   * ({@link GroupedTable.topN}).
   *
   *     bids.groupBy((bid) => bid.item, { key: string() }).topN({ by: (bid) => bid.price, n: 3, store: 'best-bids' })
   *
   * Kafka Streams has no such operator.
   * @throws TopologyError `INVALID_TOP`
   */
  topN<
    KS extends SerdeFor<K> | undefined = undefined,
    VS extends SerdeFor<V> | undefined = undefined,
    X extends OnExpiry = 'silent',
  >(
    this: NeedsBoth<KnownOr<F['key'], KS>, KnownOr<F['value'], VS>>,
    options: Ranking<NonNull<V>> & Named & Stored<X> & { readonly key?: KS; readonly value?: VS },
  ): KTable<K, readonly NonNull<V>[], AggregateFacts<readonly NonNull<V>[] | Gone<X>>>;
  topN(options: Ranking<NonNull<V>> & Named & Stored & { key?: Serde<K>; value?: Serde<V> }): object {
    const given = expectSerde(options.value ?? this.place.valueSerde, 'value', this.place.name);
    const value = given as Serde<unknown> as Serde<NonNull<V>>; // null never reaches a serde
    const add = streamTop(options, value);
    const newProcessor: NewProcessor = (storeName, sendOldValues) =>
      new StreamTopProcessor<K, NonNull<V>>(add, storeName, sendOldValues);
    return this.#addTable('KSTREAM-TOPN-', newProcessor, { ...options, value: topList(value) });
  }

  /**
   * Begins to fold several groups into one aggregate per key; the next one is added by `cogroup(group, aggregator)`.
   * Null deletes the aggregate. Kafka Streams' `cogroup` (KIP-150).
   */
  cogroup<A>(
    this: GroupedStream<K, V, F> & NeedsGrouped<F, F['key']>,
    aggregator: (aggregate: A, value: V, key: K) => A | null,
  ): CogroupedStream<K, A> {
    // What the aggregator is given is what this stream holds.
    const member = { place: this.place, aggregator: aggregator as GroupAggregator<K, A> };
    return new CogroupedStream(new CogroupAggregation([member]));
  }

  /** Aggregates by key and window: `windowedBy(tumbling('1m', { grace: '10s' }))`. Kafka Streams' `windowedBy`. */
  windowedBy(windows: StartWindows): TimeWindowedStream<K, V, F>;
  windowedBy(windows: SessionWindows): SessionWindowedStream<K, V, F>;
  windowedBy(windows: CountWindows): CountWindowedStream<K, V, F>;
  windowedBy(
    windows: StartWindows | SessionWindows | CountWindows,
  ): TimeWindowedStream<K, V, F> | SessionWindowedStream<K, V, F> | CountWindowedStream<K, V, F> {
    if (windows.kind === 'count') return new CountWindowedStream(this.#aggregation, windows);
    if (windows.kind === 'session') return new SessionWindowedStream(this.#aggregation, windows);
    return new TimeWindowedStream(this.#aggregation, windows);
  }

  #add<A, R extends TableFacts>(
    prefix: string,
    aggregation: Aggregation<K, NonNull<V>, A>,
    options: Named & Stored & { key?: Serde<K>; value: Serde<A> },
  ): KTable<K, A, R> {
    const newProcessor: NewProcessor = (storeName, sendOldValues) =>
      new StreamAggregateProcessor(aggregation, storeName, sendOldValues);
    return this.#addTable(prefix, newProcessor, options, aggregation.counts ? 'any' : 'fold');
  }

  #addTable<A, R extends TableFacts>(
    prefix: string,
    newProcessor: NewProcessor,
    options: Named & Stored & { key?: Serde<K>; value: Serde<A> },
    arrival: ArrivalOrder = 'any',
  ): KTable<K, A, R> {
    const { program, keySerde } = this.place;
    const queryableStore = givenStoreName(options);
    const storeName = queryableStore ?? program.names.storeName(prefix);
    const name = program.names.nameOr(options.name, prefix);
    const key = expectSerde(options.key ?? keySerde, 'key', name);
    const store = tableStoreDefinition(program, storeName, options, { key, value: options.value });
    const newTableProcessor = (sendOldValues: boolean) => newProcessor(storeName, sendOldValues);
    const logic = new AggregateTable<K, A>(store, newTableProcessor, storeView, arrival);
    const node = { name, storeName, logic, keySerde: key, valueSerde: options.value, queryableStore };
    return this.#aggregation.add(node, key);
  }
}
