import { EMPTY_BYTES, readInt64 } from '../../util/bytes.js';
import { internal } from '../../util/errors.js';

/** Reads a response, the counterpart of {@link WireWriter}. Bytes it gives are views of the response, not copies. */
export class WireReader {
  private readonly bytes: Buffer;
  private at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  int8(): number {
    return this.bytes.readInt8(this.move(1));
  }

  int16(): number {
    return this.bytes.readInt16BE(this.move(2));
  }

  int32(): number {
    return this.bytes.readInt32BE(this.move(4));
  }

  /** Exact within ±2^53. */
  int64(): number {
    return readInt64(this.bytes, this.move(8));
  }

  bigint64(): bigint {
    return this.bytes.readBigInt64BE(this.move(8));
  }

  boolean(): boolean {
    return this.int8() !== 0;
  }

  uvarint(): number {
    let value = 0;
    let shift = 0;
    let byte: number;
    do {
      byte = this.bytes.readUInt8(this.move(1));
      value |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte >= 0x80 && shift < 35);
    return value >>> 0;
  }

  nullableString(): string | null {
    const size = this.uvarint() - 1;
    if (size < 0) return null;
    const start = this.move(size);
    return this.bytes.utf8Slice(start, start + size);
  }

  string(): string {
    return this.nullableString() ?? '';
  }

  /** Null is read as empty. */
  byteString(): Buffer {
    const size = this.uvarint() - 1;
    if (size <= 0) return EMPTY_BYTES;
    const start = this.move(size);
    return this.bytes.subarray(start, start + size);
  }

  /** 32 hex digits. */
  uuid(): string {
    const start = this.move(16);
    return this.bytes.toString('hex', start, start + 16);
  }

  /** Null is read as empty. */
  array<T>(read: () => T): T[] {
    const items: T[] = [];
    for (let left = this.uvarint() - 1; left > 0; left--) items.push(read());
    return items;
  }

  int32s(): number[] {
    return this.array(() => this.int32());
  }

  /** The end of a structure: skips tagged fields, which are always optional. */
  endStruct(): void {
    for (let left = this.uvarint(); left > 0; left--) {
      this.uvarint();
      this.move(this.uvarint());
    }
  }

  /** The end of a structure of which some tagged fields are wanted. */
  tags(read: (tag: number, field: WireReader) => void): void {
    for (let left = this.uvarint(); left > 0; left--) {
      const tag = this.uvarint();
      const size = this.uvarint();
      const start = this.move(size);
      read(tag, new WireReader(this.bytes.subarray(start, start + size)));
    }
  }

  private move(size: number): number {
    const start = this.at;
    this.at = start + size;
    if (this.at > this.bytes.length) {
      throw internal(
        'RESPONSE_TOO_SHORT',
        `A broker's response ends at byte ${this.bytes.length}, in the middle of a field`,
      );
    }
    return start;
  }
}
