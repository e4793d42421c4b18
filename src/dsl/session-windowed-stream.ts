import type { Serde } from '../serde/serde.js';
import { long } from '../serde/primitives.js';
import { sessionWindowed, type Windowed } from '../serde/windowed.js';
import type { SessionAggregation } from '../processor/aggregate/session-aggregate.js';
import { sessionStoreView } from '../processor/ktable/session-view.js';
import type { SessionWindows } from '../processor/window/session-windows.js';
import type { ClosesOn } from '../processor/window/close-on.js';
import type { EmitStrategy } from '../processor/window/window-close-emitter.js';
import { emission, ON_UPDATE, type Emission } from './emission.js';
import type { GroupAggregation } from './group-aggregation.js';
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
import { sessionWindowing } from './time-windowing.js';

/** What a table of sessions tells: it always loses keys, since sessions that are merged are deleted. */
export interface SessionFacts extends TableFacts {
  readonly key: true;
  readonly value: true;
  readonly deletes: true;
}

/**
 * A grouped stream in sessions (Kafka Streams' `SessionWindowedKStream`). Its tables have a row per key and session; when a
 * record joins sessions they are deleted and the merged one is put. Records without a key are dropped; so are late ones.
 */
export class SessionWindowedStream<K, V, F extends StreamFacts> {
  readonly #aggregation: GroupAggregation<K, V>;
  readonly #windows: SessionWindows;
  readonly #emission: Emission;
  readonly #late: ((stream: KStream<K, V, LateOfGroup<F>>) => void) | undefined;

  /** Made by `windowedBy`. */
  constructor(
    aggregation: GroupAggregation<K, V>,
    windows: SessionWindows,
    emission: Emission = ON_UPDATE,
    late?: (stream: KStream<K, V, LateOfGroup<F>>) => void,
  ) {
    this.#aggregation = aggregation;
    this.#windows = windows;
    this.#emission = emission;
    this.#late = late;
  }

  /**
   * Says when results are sent on: with `onWindowClose` each session once, when it is closed (KIP-825); default is every
   * update. As in Kafka Streams, a session that its store has forgotten when it closes is not sent: give a longer
   * `retention` where stream time may leap, and to a store in memory, which forgets a session before it closes.
   * @param options.closeOn what closes sessions beside later records: `{ idle: '30s' }`, `{ wallClock: '1m' }`
   * @throws TopologyError `INVALID_WINDOW`
   */
  emitStrategy(emit: EmitStrategy, options: ClosesOn = {}): SessionWindowedStream<K, V, F> {
    return new SessionWindowedStream(this.#aggregation, this.#windows, emission(emit, options), this.#late);
  }

  /**
   * Gives the records that each aggregation drops because they are late to `sink`, as a stream: unchanged, once for each closed
   * window, with headers that say why (`LATE_HEADERS`). They are counted as dropped all the same. Kafka Streams drops them.
   *
   *     windowed.late((late) => late.to('late-sales')).count()
   */
  late(sink: (stream: KStream<K, V, LateOfGroup<F>>) => void): SessionWindowedStream<K, V, F> {
    return new SessionWindowedStream(this.#aggregation, this.#windows, this.#emission, sink);
  }

  /** How many records each session has had. Kafka Streams' `count`. */
  count<KS extends SerdeFor<K> | undefined = undefined>(
    this: NeedsGrouped<F, KnownOr<F['key'], KS>>,
    options?: Named & WindowStored & { readonly key?: KS; readonly value?: SerdeFor<number> },
  ): KTable<Windowed<K>, number, SessionFacts>;
  count(
    options: Named & WindowStored & { key?: Serde<K>; value?: Serde<number> } = {},
  ): KTable<Windowed<K>, number, SessionFacts> {
    const { names } = this.#aggregation.place.program;
    // Kafka Streams burns a number here, where the store is spoken of but not named.
    if (givenStoreName(options) === undefined && mentionsStore(options)) names.storeName('KSTREAM-AGGREGATE-');
    const aggregation = {
      initializer: () => 0,
      aggregator: (count: number) => count + 1,
      counts: true as const,
      merger: (count: number, other: number) => count + other,
    };
    return this.#add('KSTREAM-AGGREGATE-', aggregation, { ...options, value: options.value ?? long() });
  }

  /**
   * Folds the values of each session into one of their own type; sessions that meet are folded likewise. Null deletes.
   * Kafka Streams' `reduce`.
   */
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
  ): KTable<Windowed<K>, NonNull<V>, SessionFacts>;
  reduce(
    reducer: (aggregate: NonNull<V>, value: V) => V | null,
    options: Named & WindowStored & { key?: Serde<K>; value?: Serde<V> } = {},
  ): object {
    const { place } = this.#aggregation;
    const given = expectSerde(options.value ?? place.valueSerde, 'value', place.name);
    const value = given as Serde<unknown> as Serde<NonNull<V>>; // null never reaches a serde
    const aggregator = reducer as (aggregate: NonNull<V>, value: V) => NonNull<V> | null;
    const merger = (aggregate: NonNull<V>, session: NonNull<V>) => aggregator(aggregate, session);
    return this.#add('KSTREAM-REDUCE-', { initializer: undefined, aggregator, merger }, { ...options, value });
  }

  /**
   * Folds the values of each session into an aggregate. Null deletes it.
   * Kafka Streams' `aggregate`: a record that extends a session deletes it and sends the longer one.
   * @param merger one aggregate of two, when a record joins two sessions, the earlier one first; it is also called with
   *   what `initializer` gives and the aggregate of the first session
   * @param options.value the serde of the aggregate
   */
  aggregate<A, R extends NoInfer<A> | null, KS extends SerdeFor<K> | undefined = undefined>(
    this: NeedsAggregate<F, KnownOr<F['key'], KS>, A>,
    initializer: () => NoInfer<A>,
    aggregator: (aggregate: NoInfer<A>, value: V, key: K) => R,
    merger: (aggregate: NoInfer<A>, session: NoInfer<A>, key: K) => NoInfer<A> | null,
    options: Named & WindowStored & { readonly key?: KS; readonly value: Serde<A> },
  ): KTable<Windowed<K>, A, SessionFacts>;
  aggregate<A>(
    initializer: () => A,
    aggregator: (aggregate: A, value: V, key: K) => A | null,
    merger: (aggregate: A, session: A, key: K) => A | null,
    options: Named & WindowStored & { key?: Serde<K>; value: Serde<A> },
  ): object {
    return this.#add('KSTREAM-AGGREGATE-', { initializer, aggregator, merger }, options);
  }

  #add<A>(
    prefix: string,
    aggregation: SessionAggregation<K, V, A>,
    options: Named & WindowStored & { key?: Serde<K>; value: Serde<A> },
  ): KTable<Windowed<K>, A, SessionFacts> {
    const { program, keySerde } = this.#aggregation.place;
    const queryableStore = givenStoreName(options);
    const storeName = queryableStore ?? program.names.storeName(prefix);
    const name = program.names.nameOr(options.name, prefix);
    const key = expectSerde(options.key ?? keySerde, 'key', name);
    const late = lateChild<K, V>(this.#aggregation.place, this.#late);
    const windowing = sessionWindowing<K, V, A>(this.#windows, this.#emission.strategy, late?.name);
    const store = windowing.store(program, storeName, options, { key, value: options.value });
    const logic = new AggregateTable<Windowed<K>, A>(
      store,
      (sendOldValues) => windowing.newProcessor(aggregation, storeName, sendOldValues),
      sessionStoreView,
      aggregation.counts ? 'any' : 'fold',
    );
    const serdes = { keySerde: sessionWindowed(key), valueSerde: options.value };
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
