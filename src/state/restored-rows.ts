import { copyBytes, hashBytes, ScratchBuffers, writeInt64 } from '../util/bytes.js';
import type { RowBatch, WritableBase } from './base.js';

const FIRST_BYTES = 16 * 1024;
const FIRST_ROWS = 256;
/** Length of the value of a deletion. */
const DELETED = -1;
/** Length of the value of a row that stands elsewhere by now. */
const MOVED = -2;
const TIME_BYTES = 8;

/**
 * Rows of one store that wait to be written, the last of each key: of a changelog that holds a key many times, most records
 * never reach the base. Bytes stand one behind the other, and a hash table of numbers finds them, so that a record makes no
 * object.
 *
 *     bytes   | key | value | key | value | …
 *     row     where its key starts, lengths of key and value
 *     slots   rows by the hash of their key, open addressing: row + 1, 0 for none
 */
export class RestoredRows {
  private bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  private used = 0;
  private starts = new Int32Array(FIRST_ROWS);
  private keyLengths = new Int32Array(FIRST_ROWS);
  private valueLengths = new Int32Array(FIRST_ROWS);
  private rows = 0;
  private slots = new Int32Array(2 * FIRST_ROWS);
  private readonly values = new ScratchBuffers();

  /** Bytes of keys and values that are held. */
  get byteLength(): number {
    return this.used;
  }

  /**
   * Takes a row whose key and value are bytes of `source`, which are copied.
   * @param valueStart -1: the key is deleted
   * @param time stands before the value, 8 bytes; undefined where rows have none
   */
  put(
    source: Buffer,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
    time: number | undefined,
  ): void {
    const head = time === undefined ? 0 : TIME_BYTES;
    const valueLength = valueStart < 0 ? DELETED : head + valueEnd - valueStart;
    const row = this.rowFor(source, keyStart, keyEnd, valueLength);
    if (valueLength === DELETED) return;
    const at = (this.starts[row] as number) + keyEnd - keyStart; // a row that `rowFor` gives is there
    if (time !== undefined) writeInt64(this.bytes, time, at);
    copyBytes(source, valueStart, this.bytes, at + head, valueEnd - valueStart);
  }

  /** Puts every row into the base, by the batch if it is on disk, and forgets it. */
  moveTo(base: WritableBase, batch: RowBatch | undefined, moved: (present: boolean) => void): void {
    for (let row = 0; row < this.rows; row++) {
      const valueLength = this.valueLengths[row] as number; // `row` is below their number
      if (valueLength === MOVED) continue;
      const keyStart = this.starts[row] as number;
      const keyEnd = keyStart + (this.keyLengths[row] as number);
      base.restore(batch, this.bytes, keyStart, keyEnd, this.valueAt(keyEnd, valueLength));
      moved(valueLength !== DELETED);
    }
    this.slots.fill(0);
    this.rows = 0;
    this.used = 0;
  }

  private valueAt(start: number, length: number): Buffer | null {
    if (length === DELETED) return null;
    if (length > ScratchBuffers.MAX_BYTES) return this.bytes.subarray(start, start + length);
    const value = this.values.ofLength(length);
    copyBytes(this.bytes, start, value, 0, length);
    return value;
  }

  /** The row of a key, with room for a value of this length: the one there is, if it fits, or a new one. */
  private rowFor(source: Buffer, keyStart: number, keyEnd: number, valueLength: number): number {
    if (this.rows === this.starts.length) this.growRows();
    const slot = this.slotOf(source, keyStart, keyEnd);
    const known = (this.slots[slot] as number) - 1; // `slotOf` gives one of them
    if (known >= 0) {
      if (this.valueLengths[known] === valueLength) return known;
      this.valueLengths[known] = MOVED;
    }
    const keyLength = keyEnd - keyStart;
    this.makeRoom(keyLength + Math.max(0, valueLength));
    const row = this.rows++;
    this.starts[row] = this.used;
    this.keyLengths[row] = keyLength;
    this.valueLengths[row] = valueLength;
    copyBytes(source, keyStart, this.bytes, this.used, keyLength);
    this.used += keyLength + Math.max(0, valueLength);
    this.slots[slot] = row + 1;
    return row;
  }

  /** Where the row of a key is entered, or is to be. */
  private slotOf(source: Buffer, keyStart: number, keyEnd: number): number {
    const mask = this.slots.length - 1;
    for (let slot = hashBytes(source, keyStart, keyEnd) & mask; ; slot = (slot + 1) & mask) {
      const row = (this.slots[slot] as number) - 1; // masked
      if (row < 0 || this.isKeyOf(row, source, keyStart, keyEnd)) return slot;
    }
  }

  private isKeyOf(row: number, source: Buffer, keyStart: number, keyEnd: number): boolean {
    if (this.keyLengths[row] !== keyEnd - keyStart) return false;
    const { bytes } = this;
    const shift = (this.starts[row] as number) - keyStart; // entered in a slot, so it is there
    for (let at = keyEnd - 1; at >= keyStart; at--) if (bytes[shift + at] !== source[at]) return false; // often alike at first
    return true;
  }

  private makeRoom(length: number): void {
    const needed = this.used + length;
    if (needed <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.bytes.length));
    this.bytes.copy(larger, 0, 0, this.used);
    this.bytes = larger;
  }

  private growRows(): void {
    const larger = (column: Int32Array): Int32Array<ArrayBuffer> => {
      const grown = new Int32Array(2 * column.length);
      grown.set(column);
      return grown;
    };
    this.starts = larger(this.starts);
    this.keyLengths = larger(this.keyLengths);
    this.valueLengths = larger(this.valueLengths);
    this.slots = new Int32Array(2 * this.slots.length);
    for (let row = 0; row < this.rows; row++) {
      if (this.valueLengths[row] === MOVED) continue;
      const start = this.starts[row] as number; // `row` is below their number
      this.slots[this.slotOf(this.bytes, start, start + (this.keyLengths[row] as number))] = row + 1;
    }
  }
}
