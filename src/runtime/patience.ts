import type { Logger } from '../observability/log.js';
import { MillraceError } from '../util/errors.js';
import type { Clock } from '../util/time.js';

const FIRST_DELAY_MS = 50;
const LONGEST_DELAY_MS = 2_000;

/** Tries again what failed only because a broker was not there, for as long as the application runs. */
export class Patience {
  constructor(
    private readonly clock: Clock,
    private readonly log: Logger,
    /** Aborted when the application may wait no longer. */
    private readonly signal: AbortSignal,
  ) {}

  /** @throws whatever `work` throws that is not of kind `unavailable`, or anything once the signal is aborted */
  async retry<T>(what: string, work: () => Promise<T>): Promise<T> {
    for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(2 * delayMs, LONGEST_DELAY_MS)) {
      try {
        return await work();
      } catch (error) {
        if (this.signal.aborted || !(error instanceof MillraceError) || error.kind !== 'unavailable') throw error;
        this.log.warn({ err: error, retryInMs: delayMs }, `${what} failed, trying again`);
        await this.clock.sleep(delayMs, this.signal);
      }
    }
  }
}
