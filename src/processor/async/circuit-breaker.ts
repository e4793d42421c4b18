/**
 * Keeps calls back while the other side fails.
 *
 *     closed --failures in a row--> open --time--> half-open (one call) --it fails--> open
 *       ^                                             |
 *       +-----------------a call succeeds-------------+
 */
export class CircuitBreaker {
  #failures = 0;
  #openUntilMs: number | undefined;
  #trying = false;

  constructor(private readonly bounds: { readonly failures: number; readonly openForMs: number }) {}

  /** Open, or half-open. */
  get open(): boolean {
    return this.#openUntilMs !== undefined;
  }

  /** How long until a call may begin: 0 is now, `Infinity` when the call that tries has ended. */
  delayMs(nowMs: number): number {
    if (this.#openUntilMs === undefined) return 0;
    return this.#trying ? Infinity : Math.max(0, this.#openUntilMs - nowMs);
  }

  /** A call begins. */
  begun(): void {
    if (this.open) this.#trying = true;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#openUntilMs = undefined;
    this.#trying = false;
  }

  failed(nowMs: number): void {
    this.#failures++;
    const opens = this.open ? this.#trying : this.#failures >= this.bounds.failures;
    if (opens) this.#openUntilMs = nowMs + this.bounds.openForMs;
    this.#trying = false;
  }
}
