import { MillraceError } from '../util/errors.js';
import type { Clock } from '../util/time.js';

/**
 * What follows from an error that nothing mends (Kafka Streams' `StreamsUncaughtExceptionHandler`): `replace` makes this
 * instance anew, in the same process, after a while, and gives up after ten times in five minutes; `shutdownClient` ends
 * this instance; `shutdownApplication` ends every instance of the application.
 */
export type UncaughtErrorResponse = 'replace' | 'shutdownClient' | 'shutdownApplication';

/** A fixed response, or a function of the error. */
export type UncaughtErrorPolicy = UncaughtErrorResponse | ((error: Error) => UncaughtErrorResponse);

const MOST_REPLACEMENTS = 10;
const WITHIN_MS = 5 * 60_000;
const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 30_000;

/** Decides what follows from uncaught errors, and counts replacements. */
export class UncaughtErrors {
  #replacedAtMs: number[] = [];

  constructor(
    private readonly policy: UncaughtErrorPolicy,
    private readonly clock: Clock,
  ) {}

  /** What the policy says; but when all are to end this one does, and too many replacements in a row end it too. */
  respond(error: Error): UncaughtErrorResponse {
    if (error instanceof MillraceError && error.code === 'APPLICATION_SHUTDOWN') return 'shutdownClient';
    const response = typeof this.policy === 'function' ? this.policy(error) : this.policy;
    const since = this.clock.monotonicMs() - WITHIN_MS;
    this.#replacedAtMs = this.#replacedAtMs.filter((at) => at > since);
    return response === 'replace' && this.#replacedAtMs.length >= MOST_REPLACEMENTS ? 'shutdownClient' : response;
  }

  /** Takes note of a replacement; gives how long it has to wait. */
  replacing(): number {
    this.#replacedAtMs.push(this.clock.monotonicMs());
    return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (this.#replacedAtMs.length - 1));
  }
}
