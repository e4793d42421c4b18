import type { Serde } from '../../serde/serde.js';
import type { Processor } from '../../topology/processor.js';
import { StreamAggregateProcessor } from '../../processor/aggregate/stream-aggregate.js';
import { storeView } from '../../processor/ktable/store-view.js';
import type { SessionWindows } from '../../processor/window/session-windows.js';
import type { GroupedStream } from '../grouped-stream.js';
import type { KTable } from '../ktable.js';
import type { Named, Stored } from '../options.js';
import type { NeedsGrouped, StreamFacts, TableFacts } from '../serde-facts.js';
import { givenStoreName, tableStoreDefinition } from '../stored.js';
import { COGROUP_PREFIX, type CogroupAggregation, type GroupAggregator } from './cogroup-aggregation.js';
import type { StartWindows } from '../time-windowing.js';
import { SessionCogroupedStream } from './session-cogrouped-stream.js';
import { WindowedCogroupedStream } from './windowed-cogrouped-stream.js';

/** What a table tells of a cogroup: both serdes are known; an aggregator may give null, which deletes. */
export interface CogroupFacts extends TableFacts {
  readonly key: true;
  readonly value: true;
  readonly deletes: true;
}

/**
 * Grouped streams of different values that are folded into one aggregate per key (KIP-150, Kafka Streams'
 * `CogroupedKStream`): one store and one table, where joins of their aggregates would keep one each.
 */
export class CogroupedStream<K, A> {
  readonly #aggregation: CogroupAggregation<K, A>;

  /** Made by `cogroup` of a grouped stream. */
  constructor(aggregation: CogroupAggregation<K, A>) {
    this.#aggregation = aggregation;
  }

  /** Adds a group. Null deletes the aggregate. Kafka Streams' `cogroup`. */
  cogroup<V, F extends StreamFacts>(
    group: GroupedStream<K, V, F> & NeedsGrouped<F, F['key']>,
    aggregator: (aggregate: A, value: V, key: K) => A | null,
  ): CogroupedStream<K, A> {
    // The values of a group are its own matter: what it is given is what its stream holds.
    const member = { place: group.place, aggregator: aggregator as GroupAggregator<K, A> };
    return new CogroupedStream(this.#aggregation.with(member));
  }

  /**
   * Folds all groups. Records without key or value are dropped. Kafka Streams' `aggregate`.
   * @param options.value the serde of the aggregate
   */
  aggregate(initializer: () => A, options: Named & Stored & { readonly value: Serde<A> }): KTable<K, A, CogroupFacts> {
    const { program, keySerde } = this.#aggregation;
    const queryableStore = givenStoreName(options);
    const storeName = queryableStore ?? program.names.storeName(COGROUP_PREFIX);
    const serdes = { key: keySerde, value: options.value };
    return this.#aggregation.add({
      name: options.name,
      store: tableStoreDefinition(program, storeName, options, serdes),
      newProcessor: (aggregator, sendOldValues) =>
        new StreamAggregateProcessor({ initializer, aggregator }, storeName, sendOldValues) as Processor,
      viewOf: storeView<K, A>,
      keySerde,
      valueSerde: options.value,
      queryableStore,
    });
  }

  /** Folds by key and window, or by session. Kafka Streams' `windowedBy`. */
  windowedBy(windows: StartWindows): WindowedCogroupedStream<K, A>;
  windowedBy(windows: SessionWindows): SessionCogroupedStream<K, A>;
  windowedBy(windows: StartWindows | SessionWindows): WindowedCogroupedStream<K, A> | SessionCogroupedStream<K, A> {
    if (windows.kind === 'session') return new SessionCogroupedStream(this.#aggregation, windows);
    return new WindowedCogroupedStream(this.#aggregation, windows);
  }
}
