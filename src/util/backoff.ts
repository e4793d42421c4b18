/** How long to wait between tries. */
export interface Backoff {
  readonly initialMs: number;
  readonly maxMs: number;
  /** The part of a delay that is left to chance, 0 to 1. */
  readonly jitter: number;
}

/**
 * The delay before the next try: doubled with each failure up to a bound, less a random part.
 * @param failures so far, from 1
 * @param random uniform in [0, 1)
 */
export function backoffMs({ initialMs, maxMs, jitter }: Backoff, failures: number, random: number): number {
  const delayMs = Math.min(maxMs, initialMs * 2 ** Math.min(failures - 1, 30));
  return delayMs * (1 - jitter * random);
}
