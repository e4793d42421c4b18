/** Up to which offset a log was compacted, and when. */
interface CleanPoint {
  readonly offset: number;
  readonly atMs: number;
}

/**
 * When each part of a log was first compacted. A tombstone or a marker must stay for `delete.retention.ms` after that,
 * so that a reader on its way through the log does not miss it (KIP-534's delete horizon).
 */
export class CleanPoints {
  #points: CleanPoint[] = [];

  /** The end of what was compacted before; 0 if nothing was. */
  get cleanedTo(): number {
    return this.#points.at(-1)?.offset ?? 0;
  }

  /** Below this offset tombstones and markers may go. */
  expiredTo(nowMs: number, deleteRetentionMs: number): number {
    return this.#points.findLast((point) => point.atMs <= nowMs - deleteRetentionMs)?.offset ?? 0;
  }

  add(offset: number, nowMs: number, deleteRetentionMs: number): void {
    const expired = this.#points.findLastIndex((point) => point.atMs <= nowMs - deleteRetentionMs);
    this.#points.splice(0, Math.max(0, expired));
    if (offset > this.cleanedTo) this.#points.push({ offset, atMs: nowMs });
  }

  save(): string {
    return JSON.stringify(this.#points);
  }

  restore(text: string): void {
    // Our own format, written by save.
    this.#points = JSON.parse(text) as CleanPoint[];
  }
}
