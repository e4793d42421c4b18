import type { ProcessorContext, Record } from '../../topology/processor.js';
import type { Headers } from '../../util/headers.js';
import type { AsyncCallFailedError } from './async-call-error.js';

/** What is told of the record that a call is made for. */
export interface AsyncCallRecord<K = unknown> {
  readonly key: K;
  /**
   * The same for every call that is made for one record, also after a crash, an abort or in another instance; different
   * records have different ones. A call is made at least once: hand the key on, so that the other side can tell.
   */
  readonly idempotencyKey: string;
  /** From 1. */
  readonly attempt: number;
  readonly timestamp: number;
  readonly headers: Headers;
}

/** What a call is told beside its request. */
export interface AsyncCall<K = unknown> extends AsyncCallRecord<K> {
  /** Aborted when the call has timed out, and when its task goes: nobody waits for the result any more. */
  readonly signal: AbortSignal;
}

/** A request among those that are made together. */
export interface BatchedCall<K, Request> extends AsyncCallRecord<K> {
  readonly request: Request;
}

/** How a result came about. */
export interface AsyncOutcome {
  /** It came after the record's deadline. */
  readonly late: boolean;
  /** Calls that were made for it, the last one included. */
  readonly attempts: number;
}

/** What {@link AsyncProcessor} and {@link AsyncBatchProcessor} share: the steps that are part of the task. */
export interface AsyncSteps<KIn, VIn, KOut, VOut, Request, Result> {
  init?(context: ProcessorContext<KOut, VOut>): void;
  /**
   * Makes the request of a record, when its turn has come: with order by key, after `after` of the one before. May read and
   * write stores; does so once for each record, since the request is kept with the record until its result is there. Left
   * out: the record's value is the request.
   */
  before?(record: Record<KIn, VIn>): Request;
  /** Takes a result. May read and write stores, and forward. */
  after(record: Record<KIn, VIn>, result: Result, outcome: AsyncOutcome): void;
  /** Takes a record for which there is no result. Left out: it meets the error policy of processing, as does what is thrown here. */
  failed?(record: Record<KIn, VIn>, error: AsyncCallFailedError): void;
  /** Called when the task closes, and before the processor is made again after an abort. */
  close?(): void;
}

/**
 * A processor that asks somebody outside, with access to its stores before and after, but not during the call. One instance
 * per task. The task goes on with other records meanwhile.
 */
export interface AsyncProcessor<
  KIn = unknown,
  VIn = unknown,
  KOut = unknown,
  VOut = unknown,
  Request = VIn,
  Result = VOut,
> extends AsyncSteps<KIn, VIn, KOut, VOut, Request, Result> {
  /** Asks. Has no access to stores: other records are processed meanwhile, and a commit may come between. */
  call(request: Request, call: AsyncCall<KIn>): Promise<Result>;
}

/** As {@link AsyncProcessor}, for several records in one call. */
export interface AsyncBatchProcessor<
  KIn = unknown,
  VIn = unknown,
  KOut = unknown,
  VOut = unknown,
  Request = VIn,
  Result = VOut,
> extends AsyncSteps<KIn, VIn, KOut, VOut, Request, Result> {
  /** Asks for several at once; gives as many results, in the same order. An `Error` in place of a result is the failure of that one. */
  call(calls: readonly BatchedCall<KIn, Request>[], signal: AbortSignal): Promise<readonly (Result | Error)[]>;
}
