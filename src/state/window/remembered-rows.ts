/** Rows of one generation; half of what is remembered, or more. */
const GENERATION = 4_096;

/**
 * The rows of a window or session store that left the record cache last. Kafka Streams' cache would hold them still and
 * show them, expired or not; so they are shown, and not deleted, until as many others have followed.
 */
export class RememberedRows {
  private latest = new Generation();
  private earlier = new Generation();

  /** Takes note of a row that the store has taken in, and of the time by which it expires. */
  add(mapKey: string, timeMs: number): void {
    if (this.latest.keys.size >= GENERATION) {
      this.earlier = this.latest;
      this.latest = new Generation();
    }
    this.latest.add(mapKey, timeMs);
  }

  clear(): void {
    this.latest = new Generation();
    this.earlier = new Generation();
  }

  has(mapKey: string): boolean {
    return this.latest.keys.has(mapKey) || this.earlier.keys.has(mapKey);
  }

  /** The earliest time of a row; infinite if there is none. */
  get oldestMs(): number {
    return Math.min(this.latest.oldestMs, this.earlier.oldestMs);
  }

  *keys(): Generator<string, void> {
    yield* this.latest.keys;
    yield* this.earlier.keys;
  }
}

class Generation {
  readonly keys = new Set<string>();
  oldestMs = Infinity;

  add(mapKey: string, timeMs: number): void {
    this.keys.add(mapKey);
    if (timeMs < this.oldestMs) this.oldestMs = timeMs;
  }
}
