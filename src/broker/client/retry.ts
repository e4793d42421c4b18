import { MillraceError } from '../../util/errors.js';
import type { Random } from '../../util/random.js';
import type { Clock } from '../../util/time.js';
import { ErrorCode } from './error-codes.js';
import { BrokerResponseError, BrokerUnavailableError } from './errors.js';

/** How long to wait before the next attempt: doubling, with a fifth of chance, bounded. */
export class Backoff {
  private waits = 0;

  constructor(
    private readonly random: Random,
    private readonly firstMs = 20,
    private readonly mostMs = 1_000,
  ) {}

  nextMs(): number {
    const waitMs = Math.min(this.mostMs, this.firstMs * 2 ** this.waits);
    if (waitMs < this.mostMs) this.waits++;
    return waitMs * (0.8 + 0.4 * this.random.next());
  }

  reset(): void {
    this.waits = 0;
  }
}

/** True for what another attempt may mend: no answer, or an answer that says so. */
export function isRetriable(error: unknown): boolean {
  return error instanceof BrokerUnavailableError || (error instanceof BrokerResponseError && error.retriable);
}

/** What {@link retry} waits by, and how long it goes on. */
export interface RetryOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** After this long the last error is thrown. Default 60,000. */
  readonly timeoutMs?: number;
  /** Ends the waiting; the last error is thrown. */
  readonly signal?: AbortSignal;
  /** Called with each error that is retried, before the wait. */
  readonly onRetry?: (error: MillraceError) => void;
}

/**
 * Repeats `attempt` while it throws retriable errors. CONCURRENT_TRANSACTIONS, which passes as soon as the markers of
 * the last transaction are written, is tried again after 3 ms and at most each 20 ms; all else after 20 ms to 1 s.
 */
export async function retry<T>(options: RetryOptions, attempt: () => Promise<T>): Promise<T> {
  const { clock, random, timeoutMs = 60_000, signal, onRetry } = options;
  const deadline = clock.monotonicMs() + timeoutMs;
  const usual = new Backoff(random);
  const short = new Backoff(random, 3, 20);
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isRetriable(error) || signal?.aborted || !(error instanceof MillraceError)) throw error;
      const waitMs = (isConcurrentTransaction(error) ? short : usual).nextMs();
      if (clock.monotonicMs() + waitMs > deadline) throw error;
      onRetry?.(error);
      await clock.sleep(waitMs, signal);
    }
  }
}

function isConcurrentTransaction(error: unknown): boolean {
  return error instanceof BrokerResponseError && error.errorCode === ErrorCode.CONCURRENT_TRANSACTIONS;
}
