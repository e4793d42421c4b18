import type { PeriodOf } from './calendar-periods.js';

/** Boundaries are found for so much time at once. */
const CHUNK_MS = 86_400_000;
/** Chunks that are kept, of a few boundaries each: years of days. */
const MAX_CHUNKS = 4_096;

/**
 * Where periods that follow each other begin. Remembers what it found, since finding it takes time-zone arithmetic (some
 * 100 µs), which is too much for every record: a look-up is one in a map, mostly not even that.
 */
export class KnownBoundaries {
  readonly #periodOf: PeriodOf;
  /** By number: the boundary at or before the chunk's start, those within it, and the first one behind it. */
  readonly #chunks = new Map<number, readonly number[]>();
  #lastChunk = -1;
  #last: readonly number[] = [];

  constructor(periodOf: PeriodOf) {
    this.#periodOf = periodOf;
  }

  /** The boundary at or before a time. */
  startOf(timestamp: number): number {
    let startMs = 0;
    for (const boundary of this.#around(timestamp)) {
      if (boundary > timestamp) break;
      startMs = boundary;
    }
    return startMs;
  }

  /** The first boundary behind a time. */
  after(timestamp: number): number {
    for (const boundary of this.#around(timestamp)) if (boundary > timestamp) return boundary;
    return Infinity;
  }

  #around(timestamp: number): readonly number[] {
    const chunk = Math.floor(timestamp / CHUNK_MS);
    if (chunk === this.#lastChunk) return this.#last;
    let boundaries = this.#chunks.get(chunk);
    if (boundaries === undefined) {
      boundaries = this.#find(chunk);
      if (this.#chunks.size >= MAX_CHUNKS) this.#chunks.clear();
      this.#chunks.set(chunk, boundaries);
    }
    this.#lastChunk = chunk;
    this.#last = boundaries;
    return boundaries;
  }

  #find(chunk: number): readonly number[] {
    const { startMs, endMs: firstEndMs } = this.#periodOf(chunk * CHUNK_MS);
    let endMs = firstEndMs;
    const boundaries = [Math.max(0, startMs), endMs];
    while (endMs < (chunk + 1) * CHUNK_MS) {
      ({ endMs } = this.#periodOf(endMs));
      boundaries.push(endMs);
    }
    return boundaries;
  }
}
