import type { AsyncSettings } from './async-options.js';
import { CircuitBreaker } from './circuit-breaker.js';
import { RateLimiter } from './rate-limiter.js';

/** Says when a call may begin, by the rate limit and the circuit breaker. */
export class CallGate {
  readonly #breaker: CircuitBreaker | undefined;
  readonly #limiter: RateLimiter | undefined;

  constructor({ circuitBreaker, rateLimit }: AsyncSettings, nowMs: number) {
    this.#breaker = circuitBreaker && new CircuitBreaker(circuitBreaker);
    this.#limiter = rateLimit && new RateLimiter(rateLimit, nowMs);
  }

  /** The circuit breaker keeps calls back. */
  get open(): boolean {
    return this.#breaker?.open ?? false;
  }

  /** How long until a call may begin: 0 is now, `Infinity` when one that is under way has ended. */
  delayMs(nowMs: number): number {
    return Math.max(this.#breaker?.delayMs(nowMs) ?? 0, this.#limiter?.delayMs(nowMs) ?? 0);
  }

  begun(): void {
    this.#breaker?.begun();
    this.#limiter?.begun();
  }

  /** @param broken it failed in a way that another call may mend */
  ended(broken: boolean, nowMs: number): void {
    if (broken) this.#breaker?.failed(nowMs);
    else this.#breaker?.succeeded();
  }
}
