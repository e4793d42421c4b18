import type { Headers } from '../../util/headers.js';
import { BATCH_HEADER_BYTES, writeBatchHeader } from './batch-header.js';
import { compress, type Compression } from './compression.js';
import { crc32c } from './crc32c.js';
import { sizeOfInt32, sizeOfInt64, writeInt32Varint, writeInt64Varint } from './varint.js';

/** What a finished batch says of its producer. */
export interface BatchOptions {
  /** Default -1n: no idempotence. */
  readonly producerId?: bigint;
  /** Default -1. */
  readonly producerEpoch?: number;
  /** Sequence number of the first record; default -1. */
  readonly baseSequence?: number;
  /** Default false. */
  readonly transactional?: boolean;
  /** Default none. */
  readonly compression?: Compression;
  /** Default -1; brokers set it. */
  readonly leaderEpoch?: number;
  /** Default 0; brokers set it. */
  readonly baseOffset?: number;
}

/*
 * Record: varint length of the rest, int8 attributes = 0, varlong time delta, varint offset delta, varint key length
 * (-1: null) and key, varint value length (-1: null) and value, varint header count, then per header varint name length
 * and name (UTF-8), varint value length (-1: null) and value.
 */

const FIRST_CAPACITY = 1024;
/** Most that a record takes besides key, value and headers. */
const RECORD_OVERHEAD_BYTES = 5 + 1 + 10 + 5 + 5 + 5 + 5;

/**
 * Builds one record batch, version 2: records go straight into one growing buffer. After `build` the builder is empty
 * and can be used again.
 */
export class RecordBatchBuilder {
  private bytes: Buffer = Buffer.allocUnsafe(FIRST_CAPACITY);
  private end = BATCH_HEADER_BYTES;
  private records = 0;
  private baseTimestamp = -1;
  private maxTimestamp = -1;

  /** Records appended. */
  get count(): number {
    return this.records;
  }

  /** Size of the batch if it were built now, before compression. */
  get sizeInBytes(): number {
    return this.end;
  }

  /**
   * Appends a record; its bytes are copied.
   * @param timestamp milliseconds
   */
  append(key: Buffer | null, value: Buffer | null, timestamp: number, headers: Headers): void {
    if (this.records === 0) this.baseTimestamp = this.maxTimestamp = timestamp;
    else if (timestamp > this.maxTimestamp) this.maxTimestamp = timestamp;
    const timeDelta = timestamp - this.baseTimestamp;
    const offsetDelta = this.records++;
    const keySize = key === null ? -1 : key.length;
    const valueSize = value === null ? -1 : value.length;
    const size =
      1 +
      sizeOfInt64(timeDelta) +
      sizeOfInt32(offsetDelta) +
      sizeOfInt32(keySize) +
      sizeOfInt32(valueSize) +
      (keySize > 0 ? keySize : 0) +
      (valueSize > 0 ? valueSize : 0) +
      (headers.length === 0 ? 1 : sizeOfHeaders(headers));
    if (this.end + size + 5 > this.bytes.length) this.grow(this.end + size + 5);
    const { bytes } = this;
    let at = writeInt32Varint(bytes, size, this.end);
    bytes[at++] = 0;
    at = writeInt64Varint(bytes, timeDelta, at);
    at = writeInt32Varint(bytes, offsetDelta, at);
    at = writeBytes(bytes, key, keySize, at);
    at = writeBytes(bytes, value, valueSize, at);
    if (headers.length === 0) bytes[at++] = 0;
    else at = writeHeaders(bytes, headers, at);
    this.end = at;
  }

  /** The finished batch, its checksum included; it is the caller's to keep. Empties the builder. */
  build(options: BatchOptions = {}): Buffer {
    const { compression = 'none', baseOffset = 0, leaderEpoch = -1 } = options;
    const batch = compression === 'none' ? this.take() : this.compressed(compression);
    writeBatchHeader(batch, {
      baseOffset,
      leaderEpoch,
      compression,
      transactional: options.transactional ?? false,
      control: false,
      lastOffsetDelta: this.records - 1,
      baseTimestamp: this.baseTimestamp,
      maxTimestamp: this.maxTimestamp,
      producerId: options.producerId ?? -1n,
      producerEpoch: options.producerEpoch ?? -1,
      baseSequence: options.baseSequence ?? -1,
      count: this.records,
    });
    batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
    this.reset();
    return batch;
  }

  /** Drops the records. */
  reset(): void {
    this.end = BATCH_HEADER_BYTES;
    this.records = 0;
    this.baseTimestamp = this.maxTimestamp = -1;
  }

  // A well-filled buffer is given away as it is, a mostly empty one is copied and kept.
  private take(): Buffer {
    const { bytes, end } = this;
    if (end * 4 < bytes.length * 3) return Buffer.from(bytes.subarray(0, end));
    this.bytes = Buffer.allocUnsafe(bytes.length);
    return bytes.subarray(0, end);
  }

  private compressed(compression: Compression): Buffer {
    const records = compress(compression, this.bytes.subarray(BATCH_HEADER_BYTES, this.end));
    const batch = Buffer.allocUnsafe(BATCH_HEADER_BYTES + records.length);
    batch.set(records, BATCH_HEADER_BYTES);
    return batch;
  }

  private grow(needed: number): void {
    const bytes = Buffer.allocUnsafe(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(bytes, 0, 0, this.end);
    this.bytes = bytes;
  }
}

/** Most bytes that a record can add to a batch: to close a batch before it grows over a limit. */
export function recordSizeBound(key: Buffer | null, value: Buffer | null, headers: Headers): number {
  const size = RECORD_OVERHEAD_BYTES + (key?.length ?? 0) + (value?.length ?? 0);
  return headers.length === 0 ? size : size + sizeOfHeaders(headers);
}

function sizeOfHeaders(headers: Headers): number {
  let size = sizeOfInt32(headers.length);
  for (const [name, value] of headers) {
    const nameSize = Buffer.byteLength(name);
    const valueSize = value === null ? -1 : value.length;
    size += sizeOfInt32(nameSize) + nameSize + sizeOfInt32(valueSize) + (valueSize > 0 ? valueSize : 0);
  }
  return size;
}

function writeHeaders(bytes: Buffer, headers: Headers, start: number): number {
  let at = writeInt32Varint(bytes, headers.length, start);
  for (const [name, value] of headers) {
    const nameSize = Buffer.byteLength(name);
    at = writeInt32Varint(bytes, nameSize, at);
    at += bytes.utf8Write(name, at, nameSize);
    at = writeBytes(bytes, value, value === null ? -1 : value.length, at);
  }
  return at;
}

function writeBytes(bytes: Buffer, content: Buffer | null, size: number, start: number): number {
  const at = writeInt32Varint(bytes, size, start);
  if (content === null) return at;
  bytes.set(content, at);
  return at + size;
}
