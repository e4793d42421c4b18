import type { SinkRetry } from '../../topology/sink.js';
import type { Random } from '../../util/random.js';
import { toMillis } from '../../util/time.js';

/** How long to wait before the next try: doubled each time up to a bound, of which a random half is taken off. */
export class RetryDelay {
  readonly #initialMs: number;
  readonly #maxMs: number;
  #tries = 0;

  constructor(
    { initialDelay = 100, maxDelay = 30_000 }: SinkRetry,
    private readonly random: Random,
  ) {
    this.#initialMs = toMillis(initialDelay);
    this.#maxMs = toMillis(maxDelay);
  }

  nextMs(): number {
    const delayMs = Math.min(this.#maxMs, this.#initialMs * 2 ** Math.min(this.#tries++, 30));
    return delayMs * (1 - this.random.next() / 2);
  }

  /** It went well: the next failure begins anew. */
  reset(): void {
    this.#tries = 0;
  }
}
