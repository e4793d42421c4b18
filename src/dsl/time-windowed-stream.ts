import type { Serde } from '../serde/serde.js';
import { long } from '../serde/primitives.js';
import { timeWindowed, type Windowed } from '../serde/windowed.js';
import type { Processor } from '../topology/processor.js';
import type { Aggregation } from '../processor/aggregate/stream-aggregate.js';
import { WindowAggregateProcessor } from '../processor/aggregate/window-aggregate.js';
import { windowStoreView } from '../processor/ktable/store-view.js';
import type { TimeWindows } from '../processor/window/windows.js';
import type { GroupAggregation } from './group-aggregation.js';
import type { AggregateFacts } from './grouped-stream.js';
import type { KTable } from './ktable.js';
import type { Named, WindowStored } from './options.js';
import { expectSerde } from './program.js';
import type {
  KnownOr,
  NeedsAggregate,
  NeedsBoth,
  NeedsGrouped,
  NonNull,
  SerdeFor,
  StreamFacts,
  TableFacts,
} from './serde-facts.js';
import { givenStoreName, mentionsStore, windowStoreDefinition } from './stored.js';
import { AggregateTable } from './table/store-table.js';

/**
 * A grouped stream in tumbling or hopping windows. Its tables have a row per key and window. Records without a key are
 * dropped; so are late ones. Unlike without windows, a record without a value counts, as in Kafka Streams.
 */
export class TimeWindowedStream<K, V, F extends StreamFacts> {
  readonly #aggregation: GroupAggregation<K, V>;
  readonly #windows: TimeWindows;

  /** Made by `windowedBy`. */
  constructor(aggregation: GroupAggregation<K, V>, windows: TimeWindows) {
    this.#aggregation = aggregation;
    this.#windows = windows;
  }

  /** How many records each key has had in each window. */
  count<KS extends SerdeFor<K> | undefined = undefined>(
    this: NeedsGrouped<F, KnownOr<F['key'], KS>>,
    options?: Named & WindowStored & { readonly key?: KS; readonly value?: SerdeFor<number> },
  ): KTable<Windowed<K>, number, AggregateFacts<number>>;
  count(
    options: Named & WindowStored & { key?: Serde<K>; value?: Serde<number> } = {},
  ): KTable<Windowed<K>, number, AggregateFacts<number>> {
    const { names } = this.#aggregation.place.program;
    // Kafka Streams burns a number here, where the store is spoken of but not named.
    if (givenStoreName(options) === undefined && mentionsStore(options)) names.storeName('KSTREAM-AGGREGATE-');
    const aggregation = { initializer: () => 0, aggregator: (count: number) => count + 1 };
    return this.#add('KSTREAM-AGGREGATE-', aggregation, { ...options, value: options.value ?? long() });
  }

  /** Folds the values of each key and window into one of their own type. Null deletes. */
  reduce<
    R extends V | null,
    KS extends SerdeFor<K> | undefined = undefined,
    VS extends SerdeFor<V> | undefined = undefined,
  >(
    this: F['rekeyed'] extends true
      ? NeedsGrouped<F, KnownOr<F['key'], KS>>
      : NeedsBoth<KnownOr<F['key'], KS>, KnownOr<F['value'], VS>>,
    reducer: (aggregate: NonNull<V>, value: V) => R,
    options?: Named & WindowStored & { readonly key?: KS; readonly value?: VS },
  ): KTable<Windowed<K>, NonNull<V>, AggregateFacts<R | V>>;
  reduce(
    reducer: (aggregate: NonNull<V>, value: V) => V | null,
    options: Named & WindowStored & { key?: Serde<K>; value?: Serde<V> } = {},
  ): object {
    const { place } = this.#aggregation;
    const given = expectSerde(options.value ?? place.valueSerde, 'value', place.name);
    const value = given as Serde<unknown> as Serde<NonNull<V>>; // null never reaches a serde
    return this.#add(
      'KSTREAM-REDUCE-',
      { initializer: undefined, aggregator: reducer as (aggregate: NonNull<V>, value: V) => NonNull<V> | null },
      { ...options, value },
    );
  }

  /**
   * Folds the values of each key and window into an aggregate. Null deletes it.
   * @param options.value the serde of the aggregate
   */
  aggregate<A, R extends NoInfer<A> | null, KS extends SerdeFor<K> | undefined = undefined>(
    this: NeedsAggregate<F, KnownOr<F['key'], KS>, A>,
    initializer: () => NoInfer<A>,
    aggregator: (aggregate: NoInfer<A>, value: V, key: K) => R,
    options: Named & WindowStored & { readonly key?: KS; readonly value: Serde<A> },
  ): KTable<Windowed<K>, A, AggregateFacts<R>>;
  aggregate<A>(
    initializer: () => A,
    aggregator: (aggregate: A, value: V, key: K) => A | null,
    options: Named & WindowStored & { key?: Serde<K>; value: Serde<A> },
  ): object {
    return this.#add('KSTREAM-AGGREGATE-', { initializer, aggregator }, options);
  }

  #add<A, R extends TableFacts>(
    prefix: string,
    aggregation: Aggregation<K, V, A>,
    options: Named & WindowStored & { key?: Serde<K>; value: Serde<A> },
  ): KTable<Windowed<K>, A, R> {
    const windows = this.#windows;
    const { program, keySerde } = this.#aggregation.place;
    const queryableStore = givenStoreName(options);
    const storeName = queryableStore ?? program.names.storeName(prefix);
    const name = program.names.nameOr(options.name, prefix);
    const key = expectSerde(options.key ?? keySerde, 'key', name);
    const store = windowStoreDefinition(program, storeName, options, { key, value: options.value }, windows);
    const newProcessor = (sendOldValues: boolean) =>
      new WindowAggregateProcessor(aggregation, windows, storeName, sendOldValues) as Processor;
    const logic = new AggregateTable<Windowed<K>, A>(store, newProcessor, windowStoreView);
    const windowKey = timeWindowed(key, windows.sizeMs);
    const serdes = { keySerde: windowKey, valueSerde: options.value };
    const node = { name, storeName, logic, ...serdes, queryableStore, traits: { windowGraceMs: windows.graceMs } };
    return this.#aggregation.add(node, key);
  }
}
