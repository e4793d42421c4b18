import { readInt64, writeInt64 } from '../../util/bytes.js';

/** Bytes of one pair in a head row. */
const PAIR_BYTES = 16;

/**
 * Pairs of times, sorted by the first, then the second: (end, start) of sessions, (start, start) of windows. Changed in
 * place, since a head that is copied for each of its changes collapses on keys with many windows.
 */
export class SortedBounds {
  private first: Float64Array;
  private second: Float64Array;
  private count: number;

  constructor(capacity = 4) {
    this.first = new Float64Array(capacity);
    this.second = new Float64Array(capacity);
    this.count = 0;
  }

  static fromBytes(bytes: Buffer): SortedBounds {
    const count = bytes.length / PAIR_BYTES;
    const bounds = new SortedBounds(count + 4);
    for (let at = 0; at < count; at++) {
      bounds.first[at] = readInt64(bytes, at * PAIR_BYTES);
      bounds.second[at] = readInt64(bytes, at * PAIR_BYTES + 8);
    }
    bounds.count = count;
    return bounds;
  }

  toBytes(): Buffer {
    const bytes = Buffer.allocUnsafe(this.count * PAIR_BYTES);
    for (let at = 0; at < this.count; at++) {
      writeInt64(bytes, this.firstAt(at), at * PAIR_BYTES);
      writeInt64(bytes, this.secondAt(at), at * PAIR_BYTES + 8);
    }
    return bytes;
  }

  get size(): number {
    return this.count;
  }

  firstAt(at: number): number {
    return this.first[at] as number; // within bounds
  }

  secondAt(at: number): number {
    return this.second[at] as number; // within bounds
  }

  /** Index of the first pair whose first time is at or after `time`. */
  indexFrom(time: number): number {
    return this.search(time, -Infinity);
  }

  /** False when the pair was there already. */
  add(first: number, second: number): boolean {
    const at = this.search(first, second);
    if (this.holds(at, first, second)) return false;
    if (this.count === this.first.length) this.grow();
    this.first.copyWithin(at + 1, at, this.count);
    this.second.copyWithin(at + 1, at, this.count);
    this.first[at] = first;
    this.second[at] = second;
    this.count++;
    return true;
  }

  /** False when the pair was not there. */
  remove(first: number, second: number): boolean {
    const at = this.search(first, second);
    if (!this.holds(at, first, second)) return false;
    this.first.copyWithin(at, at + 1, this.count);
    this.second.copyWithin(at, at + 1, this.count);
    this.count--;
    return true;
  }

  private holds(at: number, first: number, second: number): boolean {
    return at < this.count && this.first[at] === first && this.second[at] === second;
  }

  private search(first: number, second: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const difference = this.firstAt(middle) - first || this.secondAt(middle) - second;
      if (difference < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private grow(): void {
    const [first, second] = [this.first, this.second];
    this.first = new Float64Array(2 * this.count + 4);
    this.second = new Float64Array(2 * this.count + 4);
    this.first.set(first);
    this.second.set(second);
  }
}
