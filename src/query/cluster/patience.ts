import { backoffMs, type Backoff } from '../../util/backoff.js';
import { MillraceError } from '../../util/errors.js';
import type { Clock } from '../../util/time.js';
import { DEFAULT_TIMEOUT_MS, type Call } from '../call.js';

/** A rebalance takes some hundred milliseconds. */
const BACKOFF: Backoff = { initialMs: 10, maxMs: 250, jitter: 0 };

/** A call whose end is settled. */
export type BoundedCall = Call & { readonly deadlineMs: number };

/** Gives a call that has no deadline the usual one. */
export function bounded(call: Call | undefined, clock: Clock): BoundedCall {
  return { ...call, deadlineMs: call?.deadlineMs ?? clock.nowMs() + DEFAULT_TIMEOUT_MS };
}

/**
 * Asks until there is an answer, as long as what is asked for is unavailable and there is time left.
 * @throws what made the first try fail; or `TOO_STALE`, as soon as that was the reason once
 */
export async function patiently<T>(call: BoundedCall, clock: Clock, ask: () => Promise<T> | T): Promise<T> {
  let cause: unknown;
  for (let failures = 1; ; failures++) {
    try {
      return await ask();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      if (cause === undefined || error.code === 'TOO_STALE') cause = error;
    }
    const delayMs = backoffMs(BACKOFF, failures, 0);
    if (clock.nowMs() + delayMs >= call.deadlineMs) throw cause;
    await clock.sleep(delayMs, call.signal);
    if (call.signal?.aborted === true) throw cause;
  }
}

/** Whether another may answer, or the same one later. */
export function isUnavailable(error: unknown): error is MillraceError {
  return error instanceof MillraceError && (error.kind === 'unavailable' || error.kind === 'fenced');
}
