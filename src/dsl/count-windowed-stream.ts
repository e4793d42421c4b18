import { countWindowed, type CountWindow } from '../serde/count-windowed.js';
import type { Serde } from '../serde/serde.js';
import { long } from '../serde/primitives.js';
import type { KeyValueStoreDefinition } from '../state/store.js';
import { CountWindowAggregateProcessor } from '../processor/aggregate/count-window-aggregate.js';
import { openCountWindows } from '../processor/aggregate/open-count-windows.js';
import type { Aggregation } from '../processor/aggregate/stream-aggregate.js';
import { countWindowView } from '../processor/ktable/count-window-view.js';
import type { CountWindows } from '../processor/window/count-windows.js';
import type { EmitStrategy } from '../processor/window/window-close-emitter.js';
import type { GroupAggregation } from './group-aggregation.js';
import type { AggregateFacts } from './grouped-stream.js';
import type { KTable } from './ktable.js';
import type { Named, Stored } from './options.js';
import { expectSerde, type Program } from './program.js';
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
import { givenDefinition, givenStoreName, overrides, settings } from './stored.js';
import { AggregateTable } from './table/store-table.js';

/**
 * A grouped stream in windows of so many records. Its tables have a row per key and window; each result has the largest
 * timestamp of its window's records. The store, by key, holds the windows that are not full yet and how many records the key
 * has had; a query of a key gives both. Records without key or value are dropped. With caching, changes of a key are
 * merged before they are logged; every update is sent all the same.
 */
export class CountWindowedStream<K, V, F extends StreamFacts> {
  readonly #aggregation: GroupAggregation<K, V>;
  readonly #windows: CountWindows;
  readonly #emit: EmitStrategy;

  /** Made by `windowedBy`. */
  constructor(aggregation: GroupAggregation<K, V>, windows: CountWindows, emit: EmitStrategy = 'onWindowUpdate') {
    this.#aggregation = aggregation;
    this.#windows = windows;
    this.#emit = emit;
  }

  /**
   * Says when results are sent on: with `onWindowClose` each window once, when it is full; default is every update.
   * Kafka Streams has no such windows.
   */
  emitStrategy(emit: EmitStrategy): CountWindowedStream<K, V, F> {
    return new CountWindowedStream(this.#aggregation, this.#windows, emit);
  }

  /** How many records each window has. Kafka Streams has no such windows. */
  count<KS extends SerdeFor<K> | undefined = undefined>(
    this: NeedsGrouped<F, KnownOr<F['key'], KS>>,
    options?: Named & Stored & { readonly key?: KS; readonly value?: SerdeFor<number> },
  ): KTable<CountWindow<K>, number, AggregateFacts<number>>;
  count(
    options: Named & Stored & { key?: Serde<K>; value?: Serde<number> } = {},
  ): KTable<CountWindow<K>, number, AggregateFacts<number>> {
    const aggregation = { initializer: () => 0, aggregator: (count: number) => count + 1, counts: true } as const;
    return this.#add('KSTREAM-AGGREGATE-', aggregation, { ...options, value: options.value ?? long() });
  }

  /**
   * Folds the values of each window into one of their own type; the first value is the beginning. Null deletes.
   * Kafka Streams has no such windows.
   */
  reduce<
    R extends NonNull<V> | null,
    KS extends SerdeFor<K> | undefined = undefined,
    VS extends SerdeFor<V> | undefined = undefined,
  >(
    this: F['rekeyed'] extends true
      ? NeedsGrouped<F, KnownOr<F['key'], KS>>
      : NeedsBoth<KnownOr<F['key'], KS>, KnownOr<F['value'], VS>>,
    reducer: (aggregate: NonNull<V>, value: NonNull<V>) => R,
    options?: Named & Stored & { readonly key?: KS; readonly value?: VS },
  ): KTable<CountWindow<K>, NonNull<V>, AggregateFacts<R>>;
  reduce(
    reducer: (aggregate: NonNull<V>, value: NonNull<V>) => NonNull<V> | null,
    options: Named & Stored & { key?: Serde<K>; value?: Serde<V> } = {},
  ): object {
    const { place } = this.#aggregation;
    const given = expectSerde(options.value ?? place.valueSerde, 'value', place.name);
    const value = given as Serde<unknown> as Serde<NonNull<V>>; // null never reaches a serde
    return this.#add('KSTREAM-REDUCE-', { initializer: undefined, aggregator: reducer }, { ...options, value });
  }

  /**
   * Folds the values of each window into an aggregate. Null deletes it. Kafka Streams has no such windows.
   * @param options.value the serde of the aggregate
   */
  aggregate<A, R extends NoInfer<A> | null, KS extends SerdeFor<K> | undefined = undefined>(
    this: NeedsAggregate<F, KnownOr<F['key'], KS>, A>,
    initializer: () => NoInfer<A>,
    aggregator: (aggregate: NoInfer<A>, value: NonNull<V>, key: K) => R,
    options: Named & Stored & { readonly key?: KS; readonly value: Serde<A> },
  ): KTable<CountWindow<K>, A, AggregateFacts<R>>;
  aggregate<A>(
    initializer: () => A,
    aggregator: (aggregate: A, value: NonNull<V>, key: K) => A | null,
    options: Named & Stored & { key?: Serde<K>; value: Serde<A> },
  ): object {
    return this.#add('KSTREAM-AGGREGATE-', { initializer, aggregator }, options);
  }

  #add<A, R extends TableFacts>(
    prefix: string,
    aggregation: Aggregation<K, NonNull<V>, A>,
    options: Named & Stored & { key?: Serde<K>; value: Serde<A> },
  ): KTable<CountWindow<K>, A, R> {
    const { program, keySerde } = this.#aggregation.place;
    const queryableStore = givenStoreName(options);
    const storeName = queryableStore ?? program.names.storeName(prefix);
    const name = program.names.nameOr(options.name, prefix);
    const key = expectSerde(options.key ?? keySerde, 'key', name);
    const windows = this.#windows;
    const emit = this.#emit;
    const rows = { key, value: openCountWindows(windows, options.value) };
    const store = countStoreDefinition(program, storeName, options, rows);
    const logic = new AggregateTable<CountWindow<K>, A>(
      store,
      (sendOldValues) => new CountWindowAggregateProcessor({ aggregation, windows, storeName, sendOldValues, emit }),
      countWindowView,
      'countWindow',
    );
    const serdes = { keySerde: countWindowed(key), valueSerde: options.value };
    return this.#aggregation.add({ name, storeName, logic, ...serdes, queryableStore }, key);
  }
}

/** The store holds rows of its own kind, also where the program gave it as a whole. */
function countStoreDefinition(
  program: Program,
  name: string,
  options: Stored,
  serdes: { readonly key: Serde<unknown>; readonly value: Serde<unknown> },
): KeyValueStoreDefinition {
  const given = givenDefinition(options, 'keyValue');
  const rows = { keySerde: serdes.key, valueSerde: serdes.value, timestamped: false };
  if (given !== undefined) return { ...given, ...rows, ...overrides(options) };
  return { kind: 'keyValue', name, ...settings(program, options, serdes), ...rows };
}
