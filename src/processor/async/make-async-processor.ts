import type { ProcessorSupplier } from '../../topology/processor.js';
import type { AsyncBatchSteps } from './async-call-processor.js';
import type { AsyncBatching } from './async-options.js';
import type { AsyncBatchProcessor, AsyncProcessor, AsyncSteps } from './async-processor.js';
import { callingSupplier, type AsyncProcessorOptions } from './calling-supplier.js';

/**
 * Makes processors that ask somebody outside into processors for `process` and `addProcessor`. A record waits in a logged
 * store from when it comes until its result is taken; state and outputs are exactly once, the call is at least once.
 *
 *     orders.process(asyncProcessor(() => new Scoring(http), { store: 'scoring', key: string(), value: json<Order>() }))
 *
 * @throws TopologyError `INVALID_ASYNC_OPTIONS`
 */
export function asyncProcessor<K, V, KO, VO, Request, Result>(
  supplier: () => AsyncProcessor<K, V, KO, VO, Request, Result>,
  options: AsyncProcessorOptions<K, V, Request>,
): ProcessorSupplier<K, V, KO, VO> {
  return callingSupplier(() => {
    const processor = supplier();
    return stepsOf(processor, (calls, signal) =>
      Promise.all(
        calls.map(async ({ request, ...call }) => fulfilled(await processor.call(request, { ...call, signal }))),
      ),
    );
  }, options);
}

/**
 * As {@link asyncProcessor}, for several records in one call.
 * @throws TopologyError `INVALID_ASYNC_OPTIONS`
 */
export function asyncBatchProcessor<K, V, KO, VO, Request, Result>(
  supplier: () => AsyncBatchProcessor<K, V, KO, VO, Request, Result>,
  options: AsyncProcessorOptions<K, V, Request> & AsyncBatching,
): ProcessorSupplier<K, V, KO, VO> {
  const { max, linger } = options;
  return callingSupplier(
    () => {
      const processor = supplier();
      return stepsOf(processor, async (calls, signal) => (await processor.call(calls, signal)).map(fulfilledOrFailed));
    },
    options,
    { max, linger },
  );
}

/** The outcome of one record of a batch. */
export function fulfilledOrFailed<R>(result: R | Error): PromiseSettledResult<R> {
  return result instanceof Error ? { status: 'rejected', reason: result } : fulfilled(result);
}

/** The outcome of a call for one record. */
export function fulfilled<R>(value: R): PromiseSettledResult<R> {
  return { status: 'fulfilled', value };
}

function stepsOf<K, V, KO, VO, Q, R>(
  processor: AsyncSteps<K, V, KO, VO, Q, R>,
  callAll: AsyncBatchSteps<K, V, KO, VO, Q, R>['callAll'],
): AsyncBatchSteps<K, V, KO, VO, Q, R> {
  return {
    init: processor.init?.bind(processor),
    before: processor.before?.bind(processor),
    callAll,
    after: processor.after.bind(processor),
    failed: processor.failed?.bind(processor),
    close: processor.close?.bind(processor),
  };
}
