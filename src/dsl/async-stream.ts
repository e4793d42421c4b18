import type { AsyncBatching } from '../processor/async/async-options.js';
import type { Serde } from '../serde/serde.js';
import { JoinableStream } from './joinable-stream.js';
import type { KStream } from './kstream.js';
import {
  mapStreamAsync,
  mapStreamAsyncBatch,
  type AsyncBatchMapper,
  type AsyncMapper,
  type MapsAsync,
} from './map-async.js';
import type { WithSerdes } from './reorder.js';
import type { KnownOr, NeedsBoth, SerdeFor, StreamFacts, ValueChanged } from './serde-facts.js';

/** The operators of a stream that ask somebody outside. */
export abstract class AsyncStream<K, V, F extends StreamFacts> extends JoinableStream<K, V, F> {
  /**
   * Gives each record the value that a call outside gives: an HTTP request, say. The task goes on meanwhile: up to
   * `concurrency` calls are under way, by default in order per key, with time-outs and retries. A record that waits stands in
   * a changelogged store, and the input is committed past it. State and outputs are exactly once over crashes and rebalances;
   * the call is made at least once, with a key by which the other side can tell. A result has the timestamp, the headers and
   * the key of its record.
   *
   *     orders.mapAsync((order, _key, { signal, idempotencyKey }) => score(order, { signal, idempotencyKey }), { concurrency: 200 })
   *
   * Kafka Streams has no such operator (KIP-408); Flink's `AsyncDataStream`, Akka's `mapAsyncPartitioned`.
   * @throws TopologyError `INVALID_ASYNC_OPTIONS`
   */
  mapAsync<VR, KS extends SerdeFor<K> | undefined = undefined, VS extends SerdeFor<V> | undefined = undefined>(
    this: NeedsBoth<KnownOr<F['key'], KS>, KnownOr<F['value'], VS>>,
    mapper: AsyncMapper<K, V, VR>,
    options?: MapsAsync<K, V, VR, WithSerdes<F, KS, VS>, WithSerdes<F, KS, VS>> & {
      readonly key?: KS;
      readonly value?: VS;
    },
  ): KStream<K, VR, ValueChanged<WithSerdes<F, KS, VS>>>;
  mapAsync<VR>(
    mapper: AsyncMapper<K, V, VR>,
    options: MapsAsync<K, V, VR, StreamFacts, StreamFacts> & { key?: Serde<K>; value?: Serde<V> } = {},
  ): object {
    return mapStreamAsync(this.place, mapper, options);
  }

  /**
   * As {@link mapAsync}, for up to `max` records in one call. An `Error` in place of a result is the failure of that record
   * alone; a call that fails is the failure of all. Kafka Streams has no such operator.
   *
   *     users.mapAsyncBatch((records) => lookUp(records.map(({ value }) => value.id)), { max: 50, linger: '10ms' })
   *
   * @throws TopologyError `INVALID_ASYNC_OPTIONS`
   */
  mapAsyncBatch<VR, KS extends SerdeFor<K> | undefined = undefined, VS extends SerdeFor<V> | undefined = undefined>(
    this: NeedsBoth<KnownOr<F['key'], KS>, KnownOr<F['value'], VS>>,
    mapper: AsyncBatchMapper<K, V, VR>,
    options?: MapsAsync<K, V, VR, WithSerdes<F, KS, VS>, WithSerdes<F, KS, VS>> &
      AsyncBatching & {
        readonly key?: KS;
        readonly value?: VS;
      },
  ): KStream<K, VR, ValueChanged<WithSerdes<F, KS, VS>>>;
  mapAsyncBatch<VR>(
    mapper: AsyncBatchMapper<K, V, VR>,
    options: MapsAsync<K, V, VR, StreamFacts, StreamFacts> & AsyncBatching & { key?: Serde<K>; value?: Serde<V> } = {},
  ): object {
    return mapStreamAsyncBatch(this.place, mapper, options);
  }
}
