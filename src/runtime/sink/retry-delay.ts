import type { SinkRetry } from '../../topology/sink.js';
import { backoffMs, type Backoff } from '../../util/backoff.js';
import type { Random } from '../../util/random.js';
import { toMillis } from '../../util/time.js';

/** How long to wait before the next try: doubled each time up to a bound, of which a random half is taken off. */
export class RetryDelay {
  readonly #backoff: Backoff;
  #tries = 0;

  constructor(
    { initialDelay = 100, maxDelay = 30_000 }: SinkRetry,
    private readonly random: Random,
  ) {
    this.#backoff = { initialMs: toMillis(initialDelay), maxMs: toMillis(maxDelay), jitter: 0.5 };
  }

  nextMs(): number {
    return backoffMs(this.#backoff, ++this.#tries, this.random.next());
  }

  /** It went well: the next failure begins anew. */
  reset(): void {
    this.#tries = 0;
  }
}
