import { writeInt64 } from '../../util/bytes.js';

/*
 * Primitive types of Kafka's protocol in its flexible versions (KIP-482): integers big-endian; lengths are unsigned
 * varints of the length plus one, 0 for null; every structure ends in a count of tagged fields, of which none is sent.
 */

/** Writes a request into one growing buffer. */
export class WireWriter {
  private bytes: Buffer;
  private end = 0;

  /** @param capacity size to start with; a good guess saves copies */
  constructor(capacity = 256) {
    this.bytes = Buffer.allocUnsafe(capacity);
  }

  int8(value: number): this {
    this.need(1);
    this.end = this.bytes.writeInt8(value, this.end);
    return this;
  }

  int16(value: number): this {
    this.need(2);
    this.end = this.bytes.writeInt16BE(value, this.end);
    return this;
  }

  int32(value: number): this {
    this.need(4);
    this.end = this.bytes.writeInt32BE(value, this.end);
    return this;
  }

  /** A safe integer. */
  int64(value: number): this {
    this.need(8);
    writeInt64(this.bytes, value, this.end);
    this.end += 8;
    return this;
  }

  bigint64(value: bigint): this {
    this.need(8);
    this.end = this.bytes.writeBigInt64BE(value, this.end);
    return this;
  }

  boolean(value: boolean): this {
    return this.int8(value ? 1 : 0);
  }

  /** An unsigned varint of up to 32 bits. */
  uvarint(value: number): this {
    this.need(5);
    let rest = value;
    while (rest >= 0x80) {
      this.bytes[this.end++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.bytes[this.end++] = rest;
    return this;
  }

  string(value: string | null): this {
    if (value === null) return this.uvarint(0);
    const size = Buffer.byteLength(value);
    this.uvarint(size + 1);
    return this.utf8(value, size);
  }

  /** A string with a length of 16 bits, as the request header has it in every version. */
  shortString(value: string): this {
    const size = Buffer.byteLength(value);
    this.int16(size);
    return this.utf8(value, size);
  }

  /** Bytes, copied. */
  byteString(value: Buffer): this {
    this.uvarint(value.length + 1);
    this.need(value.length);
    this.bytes.set(value, this.end);
    this.end += value.length;
    return this;
  }

  /** Sixteen zero bytes: no UUID. */
  noUuid(): this {
    return this.int64(0).int64(0);
  }

  /** The items with their count; null for none of a nullable array. */
  array<T>(items: readonly T[] | null, write: (item: T) => void): this {
    if (items === null) return this.uvarint(0);
    this.uvarint(items.length + 1);
    for (const item of items) write(item);
    return this;
  }

  int32s(values: readonly number[]): this {
    this.uvarint(values.length + 1);
    for (const value of values) this.int32(value);
    return this;
  }

  /** The end of a structure: no tagged fields. */
  endStruct(): this {
    this.need(1);
    this.bytes[this.end++] = 0;
    return this;
  }

  /** What was written; nothing may be written afterwards. */
  finish(): Buffer {
    return this.bytes.subarray(0, this.end);
  }

  private utf8(value: string, size: number): this {
    this.need(size);
    this.bytes.utf8Write(value, this.end, size);
    this.end += size;
    return this;
  }

  private need(size: number): void {
    const { bytes, end } = this;
    if (end + size <= bytes.length) return;
    this.bytes = Buffer.allocUnsafe(Math.max(end + size, bytes.length * 2));
    bytes.copy(this.bytes, 0, 0, end);
  }
}
