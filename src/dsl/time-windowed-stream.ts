import type { Serde } from '../serde/serde.js';
import { long } from '../serde/primitives.js';
import type { Windowed } from '../serde/windowed.js';
import type { Aggregation } from '../processor/aggregate/stream-aggregate.js';
import { windowStoreView } from '../processor/ktable/store-view.js';
import type { ClosesOn } from '../processor/window/close-on.js';
import type { EmitStrategy } from '../processor/window/window-close-emitter.js';
import { TopologyError } from '../topology/topology-error.js';
import { emission, ON_UPDATE, type Emission } from './emission.js';
import type { GroupAggregation } from './group-aggregation.js';
import type { AggregateFacts } from './grouped-stream.js';
import type { KStream } from './kstream.js';
import type { KTable } from './ktable.js';
import { lateChild, type LateOfGroup } from './late.js';
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
import { givenStoreName, mentionsStore } from './stored.js';
import { AggregateTable } from './table/store-table.js';
import { timeWindowing, type StartWindows } from './time-windowing.js';

/**
 * A grouped stream in tumbling, hopping, unlimited, calendar or sliding windows (Kafka Streams' `TimeWindowedKStream`). Its tables
 * have a row per key and window. Records without a key are dropped; so are late ones. Unlike without windows, a record
 * without a value counts, as in Kafka Streams, except in sliding windows.
 */
export class TimeWindowedStream<K, V, F extends StreamFacts> {
  readonly #aggregation: GroupAggregation<K, V>;
  readonly #windows: StartWindows;
  readonly #emission: Emission;
  readonly #late: ((stream: KStream<K, V, LateOfGroup<F>>) => void) | undefined;

  /** Made by `windowedBy`. */
  constructor(
    aggregation: GroupAggregation<K, V>,
    windows: StartWindows,
    emission: Emission = ON_UPDATE,
    late?: (stream: KStream<K, V, LateOfGroup<F>>) => void,
  ) {
    this.#aggregation = aggregation;
    this.#windows = windows;
    this.#emission = emission;
    this.#late = late;
  }

  /**
   * Says when results are sent on: with `onWindowClose` each window once, when it is closed (KIP-825); default is every
   * update. As in Kafka Streams, a window that its store has forgotten when it closes is not sent: give a longer
   * `retention` where stream time may leap, and to a store in memory, which forgets a window at the moment it closes.
   * @param options.closeOn what closes windows beside later records: `{ idle: '30s' }`, `{ wallClock: '1m' }`
   * @throws TopologyError `INVALID_WINDOW` for a window that never closes
   */
  emitStrategy(emit: EmitStrategy, options: ClosesOn = {}): TimeWindowedStream<K, V, F> {
    if (emit === 'onWindowClose' && this.#windows.kind === 'time' && this.#windows.startMs !== undefined) {
      throw new TopologyError('INVALID_WINDOW', 'ON_WINDOW_CLOSE emit strategy cannot be used for UnlimitedWindows');
    }
    return new TimeWindowedStream(this.#aggregation, this.#windows, emission(emit, options), this.#late);
  }

  /**
   * Gives the records that each aggregation drops because they are late to `sink`, as a stream: unchanged, once for each closed
   * window, with headers that say why (`LATE_HEADERS`). They are counted as dropped all the same. Kafka Streams drops them.
   *
   *     windowed.late((late) => late.to('late-sales')).count()
   */
  late(sink: (stream: KStream<K, V, LateOfGroup<F>>) => void): TimeWindowedStream<K, V, F> {
    return new TimeWindowedStream(this.#aggregation, this.#windows, this.#emission, sink);
  }

  /** How many records each key has had in each window. Kafka Streams' `count`. */
  count<KS extends SerdeFor<K> | undefined = undefined>(
    this: NeedsGrouped<F, KnownOr<F['key'], KS>>,
    options?: Named & WindowStored & { readonly key?: KS; readonly value?: SerdeFor<number> },
  ): KTable<Windowed<K>, number, AggregateFacts<number>>;
  count(
    options: Named & WindowStored & { key?: Serde<K>; value?: Serde<number> } = {},
  ): KTable<Windowed<K>, number, AggregateFacts<number>> {
    const { names } = this.#aggregation.place.program;
    // Kafka Streams burns a number here, where the store is spoken of but not named; not with sliding windows.
    const burns = this.#windows.kind !== 'sliding' && mentionsStore(options);
    if (burns && givenStoreName(options) === undefined) names.storeName('KSTREAM-AGGREGATE-');
    const aggregation = { initializer: () => 0, aggregator: (count: number) => count + 1, counts: true } as const;
    return this.#add('KSTREAM-AGGREGATE-', aggregation, { ...options, value: options.value ?? long() });
  }

  /** Folds the values of each key and window into one of their own type. Null deletes. Kafka Streams' `reduce`. */
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
   * Folds the values of each key and window into an aggregate. Null deletes it. Kafka Streams' `aggregate`.
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
    const { program, keySerde } = this.#aggregation.place;
    const queryableStore = givenStoreName(options);
    const storeName = queryableStore ?? program.names.storeName(prefix);
    const name = program.names.nameOr(options.name, prefix);
    const key = expectSerde(options.key ?? keySerde, 'key', name);
    const late = lateChild<K, V>(this.#aggregation.place, this.#late);
    const windowing = timeWindowing<K, V, A>(this.#windows, this.#emission.strategy, late?.name);
    const store = windowing.store(program, storeName, options, { key, value: options.value });
    const logic = new AggregateTable<Windowed<K>, A>(
      store,
      (sendOldValues) => windowing.newProcessor(aggregation, storeName, sendOldValues),
      windowStoreView,
      aggregation.counts ? 'any' : 'fold',
    );
    const serdes = { keySerde: windowing.keySerde(key), valueSerde: options.value };
    const node = {
      name,
      storeName,
      logic,
      ...serdes,
      queryableStore,
      traits: windowing.traits,
      clock: this.#emission.clock,
    };
    return this.#aggregation.add(node, key, late);
  }
}
