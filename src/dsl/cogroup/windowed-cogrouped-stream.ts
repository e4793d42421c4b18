import type { Serde } from '../../serde/serde.js';
import type { Windowed } from '../../serde/windowed.js';
import { windowStoreView } from '../../processor/ktable/store-view.js';
import type { KTable } from '../ktable.js';
import type { Named, WindowStored } from '../options.js';
import { givenStoreName } from '../stored.js';
import { timeWindowing, type StartWindows } from '../time-windowing.js';
import { COGROUP_PREFIX, type CogroupAggregation } from './cogroup-aggregation.js';
import type { CogroupFacts } from './cogrouped-stream.js';

/** Cogrouped streams in tumbling, hopping, unlimited, calendar or sliding windows (Kafka Streams' `TimeWindowedCogroupedKStream`). */
export class WindowedCogroupedStream<K, A> {
  readonly #aggregation: CogroupAggregation<K, A>;
  readonly #windows: StartWindows;

  /** Made by `windowedBy`. */
  constructor(aggregation: CogroupAggregation<K, A>, windows: StartWindows) {
    this.#aggregation = aggregation;
    this.#windows = windows;
  }

  /**
   * Folds all groups, by key and window; every update is sent. Kafka Streams' `aggregate`.
   * @param options.value the serde of the aggregate
   */
  aggregate(
    initializer: () => A,
    options: Named & WindowStored & { readonly value: Serde<A> },
  ): KTable<Windowed<K>, A, CogroupFacts> {
    const { program, keySerde } = this.#aggregation;
    const queryableStore = givenStoreName(options);
    const storeName = queryableStore ?? program.names.storeName(COGROUP_PREFIX);
    const windowing = timeWindowing<K, unknown, A>(this.#windows, 'onWindowUpdate');
    return this.#aggregation.add({
      name: options.name,
      store: windowing.store(program, storeName, options, { key: keySerde, value: options.value }),
      newProcessor: (aggregator, sendOldValues) =>
        windowing.newProcessor({ initializer, aggregator }, storeName, sendOldValues),
      viewOf: windowStoreView<K, A>,
      keySerde: windowing.keySerde(keySerde),
      valueSerde: options.value,
      queryableStore,
      traits: windowing.traits,
    });
  }
}
