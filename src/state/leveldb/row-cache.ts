import { EMPTY_BYTES, copyBytes, hashBytes } from '../../util/bytes.js';

/** Rows start at multiples of this, so that their lengths can be read as 32-bit words. */
const ALIGNMENT = 4;
/** Key length and value length. */
const HEADER_BYTES = 8;
/** Length of the value of a row that is known to be absent. */
const ABSENT = -1;
/** A row of a usual length per bucket of two slots. */
const BYTES_PER_BUCKET = 64;
const SLOT_BYTES = 8;
/** A row beyond this share of the cache would drive out too much. */
const LARGEST_SHARE = 16;

/**
 * Rows that were read or written last, to spare reads of LevelDB. They stand one behind the other in one block of memory,
 * which costs the garbage collector nothing: new rows go over the oldest. A row that is used again shortly before its turn
 * is moved to the front.
 *
 *     block   | oldest … | front -> free, or the oldest again … |
 *     row     | key length, 4 | value length, 4 (-1: absent) | key | value |
 *     slots   two per hash of a key: where its row was written, counted in bytes since the beginning; -1: none
 */
export class RowCache {
  private readonly capacity: number;
  private readonly buckets: number;
  /** All three are made at the first row: many stores of a task are never read. */
  private bytes = Buffer.alloc(0);
  private words = new Int32Array(0);
  private slots = new Float64Array(0);
  /** Bytes written since the beginning, those left out at the end of the block included. */
  private front = 0;
  /** What `front` was when the block's start was written last. */
  private lap = 0;
  private lookedUp = -1;

  /** @param maxBytes of the block with its slots */
  constructor(maxBytes: number) {
    const buckets = Math.trunc(maxBytes / (BYTES_PER_BUCKET + 2 * SLOT_BYTES));
    this.buckets = 2 ** Math.floor(Math.log2(Math.max(1, buckets)));
    this.capacity = align(Math.max(0, maxBytes - this.buckets * 2 * SLOT_BYTES - ALIGNMENT));
  }

  /**
   * The value of a row as a new buffer; null: there is no such row; undefined: not known here. Its first bytes go to `head`,
   * as many as fit, and are left out.
   */
  get(key: Buffer, head: Buffer = EMPTY_BYTES): Buffer | null | undefined {
    const at = this.find(key);
    if (at < 0) return undefined;
    const length = this.words[at / ALIGNMENT + 1] as number; // every row has its header
    if (length === ABSENT) return null;
    const start = at + HEADER_BYTES + key.length;
    copyBytes(this.bytes, start, head, 0, head.length);
    const value = Buffer.allocUnsafe(length - head.length);
    copyBytes(this.bytes, start + head.length, value, 0, value.length);
    // It moves towards the block's start, or all around: what is copied is never written over before.
    if (this.isOld) this.set(key, this.bytes.subarray(start, start + length));
    return value;
  }

  /** Takes a row as it is now; null: it is not there. Both are copied. */
  set(key: Buffer, value: Buffer | null): void {
    const length = value === null ? ABSENT : value.length;
    const size = align(HEADER_BYTES + key.length + Math.max(0, length));
    if (size > this.capacity / LARGEST_SHARE) {
      this.delete(key);
      return;
    }
    const known = this.find(key);
    const slot = this.lookedUp;
    if (known >= 0 && !this.isOld && this.words[known / ALIGNMENT + 1] === length) {
      if (value !== null) copyBytes(value, 0, this.bytes, known + HEADER_BYTES + key.length, length);
      return;
    }
    const at = this.room(size);
    this.words[at / ALIGNMENT] = key.length;
    this.words[at / ALIGNMENT + 1] = length;
    copyBytes(key, 0, this.bytes, at + HEADER_BYTES, key.length);
    if (value !== null) copyBytes(value, 0, this.bytes, at + HEADER_BYTES + key.length, length);
    this.slots[slot] = this.front;
    this.front += size;
  }

  /** Forgets a row. */
  delete(key: Buffer): void {
    if (this.slots.length > 0 && this.find(key) >= 0) this.slots[this.lookedUp] = -1;
  }

  /** Forgets every row. */
  clear(): void {
    this.slots.fill(-1);
  }

  /** Whether the row that was looked up last is in the older half. */
  private get isOld(): boolean {
    return (this.slots[this.lookedUp] as number) < this.front - this.capacity / 2; // `find` has left a slot's number
  }

  /** Where the row of a key stands in the block, or -1. Leaves its slot, or the one to be used for it, in `lookedUp`. */
  private find(key: Buffer): number {
    if (this.slots.length === 0) this.allocate();
    const first = 2 * (hashBytes(key, 0, key.length) & (this.buckets - 1));
    const at = this.holds(first, key);
    this.lookedUp = first;
    if (at >= 0) return at;
    const other = this.holds(first + 1, key);
    if (other >= 0 || (this.slots[first + 1] as number) < (this.slots[first] as number)) this.lookedUp = first + 1;
    return other;
  }

  private holds(slot: number, key: Buffer): number {
    const written = this.slots[slot] as number; // a bucket has two slots
    if (written < 0 || written < this.front - this.capacity) return -1;
    const at = written < this.lap ? written - this.lap + this.capacity : written - this.lap;
    if (this.words[at / ALIGNMENT] !== key.length) return -1;
    const start = at + HEADER_BYTES;
    for (let i = 0; i < key.length; i++) if (this.bytes[start + i] !== key[i]) return -1;
    return at;
  }

  /** Where the next row goes: at the front, or at the block's start if it would not fit before the end. */
  private room(size: number): number {
    const at = this.front - this.lap;
    if (at + size <= this.capacity) return at;
    this.lap += this.capacity;
    this.front = this.lap;
    return 0;
  }

  private allocate(): void {
    const block = new ArrayBuffer(this.capacity);
    this.bytes = Buffer.from(block);
    this.words = new Int32Array(block);
    this.slots = new Float64Array(2 * this.buckets).fill(-1);
  }
}

function align(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
