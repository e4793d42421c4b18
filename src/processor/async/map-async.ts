import type { ProcessorContext, Record } from '../../topology/processor.js';
import type { Header } from '../../util/headers.js';
import { forwardAside } from '../aside.js';
import type { AsyncBatchSteps } from './async-call-processor.js';
import type { AsyncCallFailedError } from './async-call-error.js';
import type { AsyncOutcome, BatchedCall } from './async-processor.js';

/** Names of the headers that tell why there is no result for a record; values are text. */
export const ASYNC_FAILURE_HEADERS = Object.freeze({
  /** The operator that has no result. */
  node: 'millrace.async.node',
  /** What happened in the last call. */
  message: 'millrace.async.message',
  /** Calls that were made. */
  attempts: 'millrace.async.attempts',
});

/** What becomes of the outcomes of a `mapAsync`. */
export interface AsyncMapping<K, V, VR> {
  readonly callAll: (
    calls: readonly BatchedCall<K, V>[],
    signal: AbortSignal,
  ) => Promise<readonly PromiseSettledResult<VR>[]>;
  readonly fallback: ((value: V, error: Error, key: K) => VR) | undefined;
  readonly lateChild: string | undefined;
  readonly failedChild: string | undefined;
}

/** Gives each record the value that a call gives. */
export class MapAsync<K, V, VR> implements AsyncBatchSteps<K, V, K, VR, V, VR> {
  readonly callAll: AsyncMapping<K, V, VR>['callAll'];
  readonly failed: ((record: Record<K, V>, error: AsyncCallFailedError) => void) | undefined;
  #context!: ProcessorContext<K, VR>; // set by init, which always comes first

  constructor(private readonly mapping: AsyncMapping<K, V, VR>) {
    const { callAll, fallback, failedChild } = mapping;
    this.callAll = callAll;
    if (fallback !== undefined) {
      this.failed = (record, error) => {
        this.#context.forward(record.withValue(fallback(record.value, error, record.key)));
      };
    } else if (failedChild !== undefined) {
      this.failed = (record, error) => {
        forwardAside(this.#context, record, failedChild, this.#why(error));
      };
    }
  }

  init(context: ProcessorContext<K, VR>): void {
    this.#context = context;
  }

  after(record: Record<K, V>, result: VR, { late }: AsyncOutcome): void {
    const { lateChild } = this.mapping;
    const mapped = record.withValue(result);
    if (late && lateChild !== undefined) forwardAside(this.#context, mapped, lateChild);
    else this.#context.forward(mapped);
  }

  #why({ message, attempts }: AsyncCallFailedError): Header[] {
    return [
      [ASYNC_FAILURE_HEADERS.node, Buffer.from(this.#context.nodeName)],
      [ASYNC_FAILURE_HEADERS.message, Buffer.from(message)],
      [ASYNC_FAILURE_HEADERS.attempts, Buffer.from(String(attempts))],
    ];
  }
}
