import type { Clock } from '../../util/time.js';
import { quotaExceeded } from './access-errors.js';

/** Callers that are remembered at a time; beyond, those whose bucket is full again are forgotten. */
const MOST_CALLERS = 10_000;

interface Bucket {
  tokens: number;
  atMs: number;
}

/** A token bucket for each caller: so many calls a second, and as many at once. */
export class RateLimit {
  readonly #buckets = new Map<string, Bucket>();

  constructor(
    private readonly callsPerSecond: number,
    private readonly clock: Pick<Clock, 'monotonicMs'>,
  ) {}

  /** Counts one call. @throws MillraceError `QUOTA` with the time until the next one */
  take(caller: string): void {
    const nowMs = this.clock.monotonicMs();
    const bucket = this.#bucketOf(caller, nowMs);
    bucket.tokens = this.#filled(bucket, nowMs);
    bucket.atMs = nowMs;
    if (bucket.tokens < 1) {
      const waitMs = Math.ceil(((1 - bucket.tokens) / this.callsPerSecond) * 1_000);
      throw quotaExceeded(`calls a second of ${caller}`, this.callsPerSecond, waitMs);
    }
    bucket.tokens--;
  }

  #bucketOf(caller: string, nowMs: number): Bucket {
    const known = this.#buckets.get(caller);
    if (known) return known;
    if (this.#buckets.size >= MOST_CALLERS) this.#forget(nowMs);
    const bucket = { tokens: this.callsPerSecond, atMs: nowMs };
    this.#buckets.set(caller, bucket);
    return bucket;
  }

  #filled({ tokens, atMs }: Bucket, nowMs: number): number {
    return Math.min(this.callsPerSecond, tokens + ((nowMs - atMs) / 1_000) * this.callsPerSecond);
  }

  /** A full bucket says no more than none; where all are in use, the oldest half goes. */
  #forget(nowMs: number): void {
    for (const [caller, bucket] of this.#buckets) {
      if (this.#filled(bucket, nowMs) >= this.callsPerSecond) this.#buckets.delete(caller);
    }
    for (const caller of this.#buckets.keys()) {
      if (this.#buckets.size < MOST_CALLERS / 2) break;
      this.#buckets.delete(caller);
    }
  }
}
