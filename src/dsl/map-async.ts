import type { AsyncBatching, AsyncOptions } from '../processor/async/async-options.js';
import type { AsyncCall, AsyncCallRecord, BatchedCall } from '../processor/async/async-processor.js';
import { callingSupplier } from '../processor/async/calling-supplier.js';
import { fulfilled, fulfilledOrFailed } from '../processor/async/make-async-processor.js';
import { MapAsync, type AsyncMapping } from '../processor/async/map-async.js';
import { AsideProcessor } from '../processor/aside.js';
import { validName } from '../topology/naming.js';
import { TopologyError } from '../topology/topology-error.js';
import { OperatorNode } from './graph/nodes.js';
import type { KStream } from './kstream.js';
import { addLateChild, lateChildName } from './late.js';
import type { Named } from './options.js';
import { expectSerde, type StreamPlace } from './program.js';
import type { GivenSerdes } from './repartition.js';
import type { StreamFacts, ValueChanged } from './serde-facts.js';

/** Asks for the result of one record. */
export type AsyncMapper<K, V, VR> = (value: V, key: K, call: AsyncCall<K>) => Promise<VR>;

/** A record among those of a batch. */
export interface AsyncBatchRecord<K, V> extends AsyncCallRecord<K> {
  readonly value: V;
}

/** Asks for the results of several records: as many, in the same order; an `Error` for one that failed. */
export type AsyncBatchMapper<K, V, VR> = (
  records: readonly AsyncBatchRecord<K, V>[],
  signal: AbortSignal,
) => Promise<readonly (VR | Error)[]>;

/** How calls are made, and where what has no result in time goes. */
export interface MapsAsync<K, V, VR, F extends StreamFacts, G extends StreamFacts> extends Named, AsyncOptions {
  /** Name of the store of the records that wait for their results. Default: a generated one. */
  readonly store?: string;
  /** Topic configs of the store's changelog. */
  readonly logging?: Readonly<Record<string, string>>;
  /** The result of a record that has failed for good. */
  readonly fallback?: (value: V, error: Error, key: K) => NoInfer<VR>;
  /**
   * Is given the stream of the records that have failed for good, unchanged, with headers that say why (see
   * `ASYNC_FAILURE_HEADERS`). Without it, and without a `fallback`, they meet the error policy of processing.
   */
  readonly failed?: (stream: KStream<K, V, G>) => void;
  /**
   * Is given the stream of the results that came after the `deadline`. From then on a record holds nobody up, not even those of
   * its key. Without it a record whose deadline passes has failed.
   */
  readonly late?: (stream: KStream<K, VR, ValueChanged<F>>) => void;
}

type Mapping<K, V, VR> = MapsAsync<K, V, VR, StreamFacts, StreamFacts> & GivenSerdes<K, V>;

/**
 * Places a `mapAsync`.
 * @throws TopologyError `INVALID_ASYNC_OPTIONS`
 */
export function mapStreamAsync<K, V, VR, F extends StreamFacts>(
  place: StreamPlace<K, V>,
  mapper: AsyncMapper<K, V, VR>,
  options: Mapping<K, V, VR>,
): KStream<K, VR, F> {
  return placeMapping(place, options, undefined, (calls, signal) =>
    Promise.all(
      calls.map(async ({ request, ...call }) => fulfilled(await mapper(request, call.key, { ...call, signal }))),
    ),
  );
}

/** As {@link mapStreamAsync}, for several records in one call. */
export function mapStreamAsyncBatch<K, V, VR, F extends StreamFacts>(
  place: StreamPlace<K, V>,
  mapper: AsyncBatchMapper<K, V, VR>,
  options: Mapping<K, V, VR> & AsyncBatching,
): KStream<K, VR, F> {
  const { max, linger } = options;
  return placeMapping(place, options, { max, linger }, async (calls, signal) => {
    const records = calls.map(({ request: value, ...call }: BatchedCall<K, V>) => ({ ...call, value }));
    return (await mapper(records, signal)).map(fulfilledOrFailed);
  });
}

function placeMapping<K, V, VR, F extends StreamFacts>(
  place: StreamPlace<K, V>,
  options: Mapping<K, V, VR>,
  batching: AsyncBatching | undefined,
  callAll: AsyncMapping<K, V, VR>['callAll'],
): KStream<K, VR, F> {
  const { program } = place;
  const name = program.names.nameOr(options.name, 'KSTREAM-MAPASYNC-');
  const store = options.store === undefined ? program.names.storeName('KSTREAM-MAPASYNC-') : validName(options.store);
  checkBranches(name, options);
  const key = expectSerde(options.key ?? place.keySerde, 'key', name);
  const value = expectSerde(options.value ?? place.valueSerde, 'value', name);
  const { fallback, failed, late } = options;
  const mapping = {
    callAll,
    fallback,
    lateChild: lateChildName(place, { late }),
    failedChild: failed === undefined ? undefined : program.names.generate('KSTREAM-FAILED-'),
  };
  const afterDeadline = late === undefined ? 'fail' : 'takeLate';
  const calling = { ...options, store, key, value, afterDeadline } as const;
  const supplier = callingSupplier<K, V, K, VR, V, VR>(() => new MapAsync(mapping), calling, batching);
  const node = new OperatorNode(name, { supplier: () => supplier, arrival: 'async' }, { changes: 'value' });
  program.graph.add(node, place.node);
  const behind = { ...place, name, node, keySerde: key, valueSerde: undefined };
  addLateChild<K, VR, StreamFacts>(behind, mapping.lateChild, { late });
  addFailedChild({ ...behind, valueSerde: value }, mapping.failedChild, failed);
  return program.handles.stream<K, VR, F>(behind);
}

function addFailedChild<K, V>(
  operator: StreamPlace<K, V>,
  name: string | undefined,
  failed: ((stream: KStream<K, V, StreamFacts>) => void) | undefined,
): void {
  if (name === undefined) return;
  const { program } = operator;
  const node = new OperatorNode(name, { supplier: () => () => new AsideProcessor() });
  program.graph.add(node, operator.node);
  failed?.(program.handles.stream({ ...operator, name, node }));
}

function checkBranches<K, V, VR>(name: string, { deadline, late, fallback, failed }: Mapping<K, V, VR>): void {
  if (late !== undefined && deadline === undefined) {
    throw new TopologyError('INVALID_ASYNC_OPTIONS', `"${name}" has a branch for late results and no deadline`, {
      hint: 'Give a `deadline`: results that come after it are late.',
    });
  }
  if (fallback === undefined || failed === undefined) return;
  throw new TopologyError('INVALID_ASYNC_OPTIONS', `"${name}" has both a fallback and a branch for failed records`, {
    hint: 'With a `fallback` every record has a result: leave one of them out.',
  });
}
