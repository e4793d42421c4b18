import { MillraceError, messageOf, type ErrorContext } from '../../util/errors.js';

/** A call took longer than its time-out. */
export class AsyncCallTimedOutError extends MillraceError {
  constructor(node: string, timeoutMs: number) {
    super({
      code: 'ASYNC_CALL_TIMED_OUT',
      kind: 'data',
      message: `a call of "${node}" has not ended within ${String(timeoutMs)} ms`,
      hint: 'Look at the other side; or give a longer `timeout`.',
      context: { node },
    });
  }
}

/** There is no result for a record: every attempt has failed, one with an error that is not retried, or its deadline has passed. */
export class AsyncCallFailedError extends MillraceError {
  constructor(
    /** Calls that were made for the record. */
    readonly attempts: number,
    context: ErrorContext,
    cause: unknown,
  ) {
    super({
      code: 'ASYNC_CALL_FAILED',
      kind: 'data',
      message: `no result after ${String(attempts)} ${attempts === 1 ? 'call' : 'calls'}: ${messageOf(cause)}`,
      hint: 'Mend the other side or the record; or give a `fallback`, a branch for what has `failed`, or more attempts.',
      context,
      cause,
    });
  }
}

/** A record's deadline has passed before its result was there. */
export class AsyncDeadlinePassedError extends MillraceError {
  constructor(node: string, deadlineMs: number) {
    super({
      code: 'ASYNC_DEADLINE_PASSED',
      kind: 'data',
      message: `its result was not there ${String(deadlineMs)} ms after the record`,
      hint: 'Give a longer `deadline`, or a branch for `late` results.',
      context: { node },
    });
  }
}

/** A batch gave another number of results than it was given calls. */
export class AsyncBatchMismatchError extends MillraceError {
  constructor(node: string, calls: number, results: number) {
    super({
      code: 'ASYNC_BATCH_MISMATCH',
      kind: 'data',
      message: `"${node}" gave ${String(results)} results for ${String(calls)} calls`,
      hint: 'Give one result for each call, in their order; an Error for one that failed.',
      context: { node },
    });
  }
}
