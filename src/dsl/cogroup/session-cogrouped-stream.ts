import type { Serde } from '../../serde/serde.js';
import { sessionWindowed, type Windowed } from '../../serde/windowed.js';
import { sessionStoreView } from '../../processor/ktable/session-view.js';
import type { SessionWindows } from '../../processor/window/session-windows.js';
import type { KTable } from '../ktable.js';
import type { Named, WindowStored } from '../options.js';
import { givenStoreName } from '../stored.js';
import { sessionWindowing } from '../time-windowing.js';
import { COGROUP_PREFIX, type CogroupAggregation } from './cogroup-aggregation.js';
import type { CogroupFacts } from './cogrouped-stream.js';

/** Cogrouped streams in sessions (Kafka Streams' `SessionWindowedCogroupedKStream`). */
export class SessionCogroupedStream<K, A> {
  readonly #aggregation: CogroupAggregation<K, A>;
  readonly #windows: SessionWindows;

  /** Made by `windowedBy`. */
  constructor(aggregation: CogroupAggregation<K, A>, windows: SessionWindows) {
    this.#aggregation = aggregation;
    this.#windows = windows;
  }

  /**
   * Folds all groups, by key and session; every update is sent. Kafka Streams' `aggregate`.
   * @param merger one aggregate of two, when a record joins two sessions, the earlier one first
   * @param options.value the serde of the aggregate
   */
  aggregate(
    initializer: () => A,
    merger: (aggregate: A, session: A, key: K) => A | null,
    options: Named & WindowStored & { readonly value: Serde<A> },
  ): KTable<Windowed<K>, A, CogroupFacts> {
    const { program, keySerde } = this.#aggregation;
    const queryableStore = givenStoreName(options);
    const storeName = queryableStore ?? program.names.storeName(COGROUP_PREFIX);
    const windowing = sessionWindowing<K, unknown, A>(this.#windows, 'onWindowUpdate');
    return this.#aggregation.add({
      name: options.name,
      store: windowing.store(program, storeName, options, { key: keySerde, value: options.value }),
      newProcessor: (aggregator, sendOldValues) =>
        windowing.newProcessor({ initializer, aggregator, merger }, storeName, sendOldValues),
      viewOf: sessionStoreView<K, A>,
      keySerde: sessionWindowed(keySerde),
      valueSerde: options.value,
      queryableStore,
      traits: windowing.traits,
    });
  }
}
