import type { Header, Headers } from '../../util/headers.js';
import { NO_HEADERS } from '../../util/headers.js';

/** A record of some topic, as bytes, that waits for its turn. */
export interface StoredRecord {
  /** Index of its topic in a list that the caller keeps. */
  readonly topic: number;
  readonly partition: number;
  /** Milliseconds. */
  readonly timestamp: number;
  /** Tells the order in which records came, where nothing else does. */
  readonly sequence: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Headers;
}

/** Memory that a record takes beside its bytes: the object, two views, its place in a list. Measured: 290. */
const OBJECT_BYTES = 300;

/** The memory that a record takes, roughly. */
export function memoryOf({ key, value, headers }: StoredRecord): number {
  const ofHeaders = headers.reduce((sum, [name, bytes]) => sum + name.length + (bytes?.length ?? 0) + OBJECT_BYTES, 0);
  return OBJECT_BYTES + (key?.length ?? 0) + (value?.length ?? 0) + ofHeaders;
}

/*
 * On disk, all of it little-endian:
 *
 *     u32 length of what follows | u16 topic | i32 partition | f64 timestamp | f64 sequence
 *     i32 length of the key, -1 for null | key | i32 length of the value, -1 for null | value
 *     u32 number of headers | for each: i32 length | name | i32 length, -1 for null | value
 */
const FIXED_BYTES = 4 + 2 + 4 + 8 + 8;

/** The bytes of a record on disk. */
export function encodeStored(record: StoredRecord): Buffer {
  const { key, value, headers } = record;
  const names = headers.map(([name]) => Buffer.from(name));
  const ofHeaders = headers.reduce((sum, [, bytes], index) => {
    return sum + 8 + (names[index]?.length ?? 0) + (bytes?.length ?? 0);
  }, 0);
  const total = FIXED_BYTES + 8 + (key?.length ?? 0) + (value?.length ?? 0) + 4 + ofHeaders;
  const target = Buffer.allocUnsafe(total);
  target.writeUInt32LE(total - 4, 0);
  target.writeUInt16LE(record.topic, 4);
  target.writeInt32LE(record.partition, 6);
  target.writeDoubleLE(record.timestamp, 10);
  target.writeDoubleLE(record.sequence, 18);
  let at = putBytes(target, FIXED_BYTES, key);
  at = putBytes(target, at, value);
  at = target.writeUInt32LE(headers.length, at);
  headers.forEach(([, bytes], index) => {
    at = putBytes(target, at, names[index] ?? null);
    at = putBytes(target, at, bytes);
  });
  return target;
}

/** Length on disk of the record that begins at `at`; undefined when not even that is there yet. */
export function storedLength(bytes: Buffer, at: number): number | undefined {
  return at + 4 <= bytes.length ? bytes.readUInt32LE(at) + 4 : undefined;
}

/** The record that begins at `at`. Its key and value are views of `bytes`. */
export function decodeStored(bytes: Buffer, at: number): StoredRecord {
  const key = viewAt(bytes, at + FIXED_BYTES);
  const value = viewAt(bytes, key.end);
  return {
    topic: bytes.readUInt16LE(at + 4),
    partition: bytes.readInt32LE(at + 6),
    timestamp: bytes.readDoubleLE(at + 10),
    sequence: bytes.readDoubleLE(at + 18),
    key: key.view,
    value: value.view,
    headers: headersAt(bytes, value.end),
  };
}

function headersAt(bytes: Buffer, start: number): Headers {
  const count = bytes.readUInt32LE(start);
  if (count === 0) return NO_HEADERS;
  const headers: Header[] = [];
  let at = start + 4;
  for (let index = 0; index < count; index++) {
    const name = viewAt(bytes, at);
    const value = viewAt(bytes, name.end);
    headers.push([name.view?.toString() ?? '', value.view]);
    at = value.end;
  }
  return headers;
}

function putBytes(target: Buffer, at: number, bytes: Buffer | null): number {
  const start = target.writeInt32LE(bytes?.length ?? -1, at);
  return bytes === null ? start : start + bytes.copy(target, start);
}

function viewAt(bytes: Buffer, at: number): { readonly view: Buffer | null; readonly end: number } {
  const length = bytes.readInt32LE(at);
  const start = at + 4;
  return length < 0 ? { view: null, end: start } : { view: bytes.subarray(start, start + length), end: start + length };
}
