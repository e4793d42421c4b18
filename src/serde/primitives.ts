import { readInt64, writeInt64 } from '../util/bytes.js';
import type { Serde } from './serde.js';
import { SerdeError } from './serde-error.js';

/**
 * Java's `Long.MAX_VALUE` (2^63 - 1), which Kafka Streams uses for "no end". As a number it is 2^63, the nearest one;
 * `long()` and the windowed serdes read and write it as 7fffffffffffffff.
 */
export const NO_END = 2 ** 63;

/** UTF-8 text. A lone surrogate is written as U+FFFD; bytes that are not UTF-8 are read as U+FFFD, as in Java. */
export function string(): Serde<string> {
  return STRING;
}

/**
 * 8 bytes, big-endian, as a number. Safe integers only (within ±(2^53 - 1)), and {@link NO_END}; any other value or
 * bytes throw. For the whole range of 64 bits use {@link int64}.
 */
export function long(): Serde<number> {
  return LONG;
}

/** 8 bytes, big-endian, as a bigint: all of Java's `long`. */
export function int64(): Serde<bigint> {
  return INT64;
}

/** 4 bytes, big-endian: Java's `int`. */
export function integer(): Serde<number> {
  return INTEGER;
}

/** 8 bytes, IEEE 754: Java's `double`. */
export function double(): Serde<number> {
  return DOUBLE;
}

/** Bytes as they are. What it reads is a view of the batch it came from, not a copy. */
export function bytes(): Serde<Buffer> {
  return BYTES;
}

const STRING: Serde<string> = Object.freeze({
  name: 'string',
  serialize(value: string) {
    if (typeof value !== 'string') throw SerdeError.ofValue('string', value, 'it is not a string');
    return Buffer.from(value, 'utf8');
  },
  // Measured against a scan for ASCII and latin1Slice, and against a loop over char codes: no slower at any length.
  deserialize: (bytes: Buffer, start: number, end: number) => bytes.utf8Slice(start, end),
});

const LONG: Serde<number> = Object.freeze({
  name: 'long',
  serialize(value: number) {
    const written = Buffer.allocUnsafe(8);
    writeLong('long', written, value, 0);
    return written;
  },
  deserialize(bytes: Buffer, start: number, end: number) {
    expectLength('long', bytes, start, end, 8);
    return readLong('long', bytes, start);
  },
});

const INT64: Serde<bigint> = Object.freeze({
  name: 'int64',
  serialize(value: bigint) {
    if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value) {
      throw SerdeError.ofValue('int64', value, 'it is not a bigint of 64 bits');
    }
    const written = Buffer.allocUnsafe(8);
    written.writeBigInt64BE(value, 0);
    return written;
  },
  deserialize(bytes: Buffer, start: number, end: number) {
    expectLength('int64', bytes, start, end, 8);
    return bytes.readBigInt64BE(start);
  },
});

const INTEGER: Serde<number> = Object.freeze({
  name: 'integer',
  serialize(value: number) {
    if ((value | 0) !== value) throw SerdeError.ofValue('integer', value, 'it is not an integer of 32 bits');
    const written = Buffer.allocUnsafe(4);
    written.writeInt32BE(value, 0);
    return written;
  },
  deserialize(bytes: Buffer, start: number, end: number) {
    expectLength('integer', bytes, start, end, 4);
    return bytes.readInt32BE(start);
  },
});

const DOUBLE: Serde<number> = Object.freeze({
  name: 'double',
  serialize(value: number) {
    if (typeof value !== 'number') throw SerdeError.ofValue('double', value, 'it is not a number');
    const written = Buffer.allocUnsafe(8);
    written.writeDoubleBE(value, 0);
    return written;
  },
  deserialize(bytes: Buffer, start: number, end: number) {
    expectLength('double', bytes, start, end, 8);
    return bytes.readDoubleBE(start);
  },
});

const BYTES: Serde<Buffer> = Object.freeze({
  name: 'bytes',
  serialize(value: Buffer) {
    if (Buffer.isBuffer(value)) return value;
    throw SerdeError.ofValue('bytes', value, 'it is not a Buffer');
  },
  deserialize: (bytes: Buffer, start: number, end: number) => bytes.subarray(start, end),
});

/**
 * Writes a safe integer or {@link NO_END} as Java's long.
 * @throws SerdeError `SERDE_INVALID_VALUE`
 */
export function writeLong(serde: string, bytes: Buffer, value: number, at: number): void {
  if (Number.isSafeInteger(value)) {
    writeInt64(bytes, value, at);
  } else if (value === NO_END) {
    bytes.writeInt32BE(0x7fffffff, at);
    bytes.writeInt32BE(-1, at + 4);
  } else {
    throw SerdeError.ofValue(serde, value, 'it is not an integer within ±(2^53 - 1)');
  }
}

/**
 * Reads Java's long as a safe integer or {@link NO_END}.
 * @throws SerdeError `SERDE_INVALID_BYTES` beyond 2^53
 */
export function readLong(serde: string, bytes: Buffer, at: number): number {
  const value = readInt64(bytes, at);
  if (Number.isSafeInteger(value)) return value;
  if (value === NO_END && bytes.readInt32BE(at + 4) === -1) return NO_END;
  throw SerdeError.ofBytes(serde, bytes, at, at + 8, 'the number is beyond ±(2^53 - 1); read it with int64()');
}

function expectLength(serde: string, bytes: Buffer, start: number, end: number, length: number): void {
  if (end - start === length) return;
  throw SerdeError.ofBytes(serde, bytes, start, end, `it takes exactly ${length} bytes`);
}
