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
 * On disk, and between threads, all of it little-endian:
 *
 *     u32 length of what follows | u16 topic | i32 partition | f64 timestamp | f64 sequence
 *     i32 length of the key, -1 for null | key | i32 length of the value, -1 for null | value
 *     u32 number of headers | for each: i32 length | name | i32 length, -1 for null | value
 */
const FIXED_BYTES = 4 + 2 + 4 + 8 + 8;

const NULL_LENGTH = -1;
const FIRST_BYTES = 64 << 10;

/** Bytes of records, one behind the other. */
export class StoredRecords {
  #bytes = Buffer.alloc(0);
  #end = 0;

  /** What has been added since the last {@link take}. */
  get byteLength(): number {
    return this.#end;
  }

  add(
    topic: number,
    partition: number,
    timestamp: number,
    sequence: number,
    key: Buffer | null,
    value: Buffer | null,
    headers: Headers,
  ): void {
    this.#ensure(FIXED_BYTES + 12 + (key?.length ?? 0) + (value?.length ?? 0) + headerBytes(headers));
    const start = this.#end;
    const bytes = this.#bytes;
    bytes.writeUInt16LE(topic, start + 4);
    bytes.writeInt32LE(partition, start + 6);
    bytes.writeDoubleLE(timestamp, start + 10);
    bytes.writeDoubleLE(sequence, start + 18);
    let at = putBytes(bytes, start + FIXED_BYTES, key);
    at = putBytes(bytes, at, value);
    at = bytes.writeUInt32LE(headers.length, at);
    for (const [name, header] of headers) {
      at = putBytes(bytes, at, Buffer.from(name));
      at = putBytes(bytes, at, header);
    }
    this.#end = at;
    bytes.writeUInt32LE(at - start - 4, start);
  }

  /** Gives what was added, in memory that nothing else has, and begins anew. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#end);
    this.#bytes = Buffer.alloc(0);
    this.#end = 0;
    return taken;
  }

  #ensure(more: number): void {
    if (this.#end + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(FIRST_BYTES, 2 * this.#bytes.length, this.#end + more));
    this.#bytes.copy(larger, 0, 0, this.#end);
    this.#bytes = larger;
  }
}

function headerBytes(headers: Headers): number {
  return headers.reduce((sum, [name, bytes]) => sum + 8 + Buffer.byteLength(name) + (bytes?.length ?? 0), 0);
}

/** Length of the record that begins at `at`; undefined when not even that is there yet. */
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
  const start = target.writeInt32LE(bytes?.length ?? NULL_LENGTH, at);
  return bytes === null ? start : start + bytes.copy(target, start);
}

function viewAt(bytes: Buffer, at: number): { readonly view: Buffer | null; readonly end: number } {
  const length = bytes.readInt32LE(at);
  const start = at + 4;
  return length < 0 ? { view: null, end: start } : { view: bytes.subarray(start, start + length), end: start + length };
}

/** The records that stand one behind the other in some bytes, in their order. */
export class StoredReader {
  head: StoredRecord | undefined;
  #next = 0;

  constructor(private readonly bytes: Buffer) {
    this.advance();
  }

  /** Gives the head, and goes on to the next. */
  take(): StoredRecord | undefined {
    const { head } = this;
    this.advance();
    return head;
  }

  advance(): void {
    const length = storedLength(this.bytes, this.#next);
    this.head = length === undefined ? undefined : decodeStored(this.bytes, this.#next);
    this.#next += length ?? 0;
  }
}
