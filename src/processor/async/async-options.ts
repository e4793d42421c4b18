import { TopologyError } from '../../topology/topology-error.js';
import type { Backoff } from '../../util/backoff.js';
import { toMillis, type Duration } from '../../util/time.js';

/** When a call that failed is made again. */
export interface AsyncRetry {
  /** Calls for one record in all; `Infinity`: until there is a result. Default 5. */
  readonly attempts?: number;
  /** Before the second call; doubled each time. Default `'100ms'`. */
  readonly initialDelay?: Duration;
  /** Default `'10s'`. */
  readonly maxDelay?: Duration;
  /** The part of each delay that is left to chance, 0 to 1. Default 0.5. */
  readonly jitter?: number;
  /** Whether another call may mend this error. Default: any. A time-out is an `AsyncCallTimedOutError`. */
  readonly retryIf?: (error: unknown) => boolean;
}

/**
 * When to leave the other side alone. After so many failures in a row, that another call may mend, no call begins for a
 * while; records wait, and their attempts do not count. Then one call tries whether it works again.
 */
export interface CircuitBreaking {
  /** In a row, over all records of the task. */
  readonly failures: number;
  readonly openFor: Duration;
}

/** How many calls may begin in a time. */
export interface RateLimit {
  readonly perSecond: number;
  /** So many may begin at once after a pause. Default: `perSecond`, at least 1. */
  readonly burst?: number;
}

/** How calls are made. All bounds are those of a task: an application makes as many times more as it has tasks. */
export interface AsyncOptions {
  /** Calls under way at the same time. Default 16. */
  readonly concurrency?: number;
  /**
   * `key` (default): the records of a key are called one after the other, and their results go on in that order; a record
   * that waits holds up its own key only. Records without a key have no order. `none`: results go on as they come.
   */
  readonly order?: 'key' | 'none';
  /** How long one call may take. What it gives later is dropped. Default `'10s'`. */
  readonly timeout?: Duration;
  /** How long after a record came its result is late, by the wall clock; retries and waiting count. Default: never. */
  readonly deadline?: Duration;
  /** Default: 5 attempts. */
  readonly retry?: AsyncRetry;
  /** Default: none. */
  readonly circuitBreaker?: CircuitBreaking;
  /** Default: none. */
  readonly rateLimit?: RateLimit;
  /** Records that wait for their results, above which the task reads no further ones. Default 1,000. */
  readonly maxPending?: number;
}

/** How records are put together for a call. */
export interface AsyncBatching {
  /** Most records in a call, up to 1,000. With order by key they are of different keys. Default 100. */
  readonly max?: number;
  /** How long a record waits for others. Default `'5ms'`. */
  readonly linger?: Duration;
}

/** Options with their defaults, in milliseconds. */
export interface AsyncSettings {
  readonly concurrency: number;
  readonly byKey: boolean;
  readonly timeoutMs: number;
  readonly deadlineMs: number;
  readonly attempts: number;
  readonly backoff: Backoff;
  readonly retryIf: (error: unknown) => boolean;
  readonly circuitBreaker: { readonly failures: number; readonly openForMs: number } | undefined;
  readonly rateLimit: { readonly perSecond: number; readonly burst: number } | undefined;
  readonly maxPending: number;
  readonly maxBatch: number;
  readonly lingerMs: number;
}

/** One call for each record. */
export const NO_BATCHING: AsyncBatching = Object.freeze({ max: 1, linger: 0 });

/**
 * Checks options and fills in defaults.
 * @throws TopologyError `INVALID_ASYNC_OPTIONS`
 */
export function asyncSettings(node: string, options: AsyncOptions, batching: AsyncBatching): AsyncSettings {
  const { concurrency = 16, maxPending = 1_000, order = 'key', timeout = 10_000, deadline = Infinity } = options;
  const { retry = {}, circuitBreaker, rateLimit } = options;
  const { attempts = 5, initialDelay = 100, maxDelay = 10_000, jitter = 0.5, retryIf = () => true } = retry;
  const { max = 100, linger = 5 } = batching;
  const check = (name: string, value: number, least: number, most = Infinity): number => {
    if (value >= least && value <= most) return value;
    const bounds = most === Infinity ? `at least ${String(least)}` : `from ${String(least)} to ${String(most)}`;
    throw new TopologyError('INVALID_ASYNC_OPTIONS', `"${name}" of "${node}" is ${String(value)}`, {
      hint: `Give ${bounds}.`,
    });
  };
  return {
    concurrency: check('concurrency', concurrency, 1),
    byKey: order === 'key',
    timeoutMs: check('timeout', toMillis(timeout), 1),
    deadlineMs: deadline === Infinity ? Infinity : check('deadline', toMillis(deadline), 1),
    attempts: check('retry.attempts', attempts, 1),
    backoff: {
      initialMs: check('retry.initialDelay', toMillis(initialDelay), 0),
      maxMs: check('retry.maxDelay', toMillis(maxDelay), 0),
      jitter: check('retry.jitter', jitter, 0, 1),
    },
    retryIf,
    circuitBreaker: circuitBreaker && {
      failures: check('circuitBreaker.failures', circuitBreaker.failures, 1),
      openForMs: check('circuitBreaker.openFor', toMillis(circuitBreaker.openFor), 1),
    },
    rateLimit: rateLimit && {
      perSecond: check('rateLimit.perSecond', rateLimit.perSecond, 0.001),
      burst: check('rateLimit.burst', rateLimit.burst ?? Math.max(1, rateLimit.perSecond), 1),
    },
    maxPending: check('maxPending', maxPending, 1),
    maxBatch: check('max', max, 1, 1_000),
    lingerMs: check('linger', toMillis(linger), 0),
  };
}
