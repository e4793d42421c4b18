/** Lets so many calls begin in a second, after a pause some at once: a bucket of tokens. */
export class RateLimiter {
  #tokens: number;
  #filledAtMs: number;

  constructor(
    private readonly limit: { readonly perSecond: number; readonly burst: number },
    nowMs: number,
  ) {
    this.#tokens = limit.burst;
    this.#filledAtMs = nowMs;
  }

  /** How long until a call may begin; 0 is now. */
  delayMs(nowMs: number): number {
    const { perSecond, burst } = this.limit;
    this.#tokens = Math.min(burst, this.#tokens + ((nowMs - this.#filledAtMs) * perSecond) / 1_000);
    this.#filledAtMs = nowMs;
    // What rounding leaves of a token must not be waited for: timers know whole milliseconds.
    return this.#tokens >= 1 - 1e-6 ? 0 : ((1 - this.#tokens) * 1_000) / perSecond;
  }

  /** A call begins. */
  begun(): void {
    this.#tokens--;
  }
}
