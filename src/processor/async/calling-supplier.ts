import { long } from '../../serde/primitives.js';
import type { Serde } from '../../serde/serde.js';
import type { PendingBufferDefinition } from '../../state/store.js';
import type { ProcessorSupplier } from '../../topology/processor.js';
import { TopologyError } from '../../topology/topology-error.js';
import { AsyncCallProcessor, type AsyncBatchSteps } from './async-call-processor.js';
import { asyncSettings, NO_BATCHING, type AsyncBatching, type AsyncOptions } from './async-options.js';
import { pendingValues } from './pending-value.js';

/** How an asynchronous processor makes its calls, and how its pending records are kept. */
export interface AsyncProcessorOptions<K, V, Request = V> extends AsyncOptions {
  /** Name of the store of the records that wait for their results. */
  readonly store: string;
  readonly key: Serde<K>;
  readonly value: Serde<V>;
  /** Needed for a processor with `before`: what it gives is kept until the result is there. */
  readonly request?: Serde<Request>;
  /** What comes of a record whose deadline passes: it has `failed` (default), or its result is taken all the same, as late. */
  readonly afterDeadline?: 'fail' | 'takeLate';
  /** Topic configs of the store's changelog. */
  readonly logging?: Readonly<Record<string, string>>;
}

/**
 * Makes suppliers of processors that make calls, with the store of what they wait for.
 * @throws TopologyError `INVALID_ASYNC_OPTIONS`
 */
export function callingSupplier<K, V, KO, VO, Q, R>(
  makeSteps: () => AsyncBatchSteps<K, V, KO, VO, Q, R>,
  options: AsyncProcessorOptions<K, V, Q>,
  batching: AsyncBatching = NO_BATCHING,
): ProcessorSupplier<K, V, KO, VO> {
  const { store: storeName, key, value, request, afterDeadline, logging = {} } = options;
  const settings = asyncSettings(storeName, options, batching);
  const calling = { storeName, settings, takesLate: afterDeadline === 'takeLate', key, value };
  const store: PendingBufferDefinition = Object.freeze({
    kind: 'pendingBuffer',
    name: storeName,
    keySerde: long(),
    valueSerde: pendingValues(key, value, request),
    storage: 'memory',
    caching: false,
    logging: { topicConfig: logging },
  });
  const supplier = (): AsyncCallProcessor<K, V, KO, VO, Q, R> => {
    const steps = makeSteps();
    if (steps.before !== undefined && request === undefined) throw requestSerdeMissing(storeName);
    return new AsyncCallProcessor(steps, calling);
  };
  return Object.assign(supplier, { stores: [store] });
}

function requestSerdeMissing(store: string): TopologyError {
  return new TopologyError('INVALID_ASYNC_OPTIONS', `the requests that are kept in "${store}" have no serde`, {
    hint: 'What `before` gives is kept with the record: give its serde as the option "request".',
  });
}
