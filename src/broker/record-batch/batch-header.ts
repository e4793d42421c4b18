import { readInt64, writeInt64 } from '../../util/bytes.js';
import type { Compression } from './compression.js';
import { codecOf, compressionOf } from './compression.js';

/*
 * Record batch, version 2 (https://kafka.apache.org/documentation/#recordbatch), big-endian:
 *
 *    0 int64  baseOffset                  not covered by the checksum: brokers assign it
 *    8 int32  batchLength                 bytes after this field
 *   12 int32  partitionLeaderEpoch        not covered by the checksum
 *   16 int8   magic = 2
 *   17 uint32 crc                         CRC-32C of everything from 21 on
 *   21 int16  attributes                  bits 0-2 compression, 3 log-append time, 4 transactional, 5 control
 *   23 int32  lastOffsetDelta
 *   27 int64  baseTimestamp
 *   35 int64  maxTimestamp
 *   43 int64  producerId
 *   51 int16  producerEpoch
 *   53 int32  baseSequence
 *   57 int32  records
 *   61        the records, compressed as one block if at all
 */

/** Size of a batch's header: where its records start. */
export const BATCH_HEADER_BYTES = 61;

/** Bytes before the part that `batchLength` counts. */
export const BATCH_LENGTH_END = 12;

/** Bytes needed to know a batch's length and format; the same in every format. */
export const MAGIC_END = 17;

const COMPRESSION_BITS = 0x07;
const LOG_APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;

/** What a control batch says: the end of a transaction, or something of the broker's own. */
export type ControlType = 'abort' | 'commit' | 'other';

/** The header of one batch, read from its bytes on demand. */
export class BatchHeader {
  /** The bytes that hold the batch. */
  readonly bytes: Buffer;
  /** Where the batch starts in `bytes`. */
  readonly start: number;

  constructor(bytes: Buffer, start: number) {
    this.bytes = bytes;
    this.start = start;
  }

  get baseOffset(): number {
    return readInt64(this.bytes, this.start);
  }
  /** Offset of the last record the batch was written with, kept by compaction. */
  get lastOffset(): number {
    return this.baseOffset + this.bytes.readInt32BE(this.start + 23);
  }
  /** Where the batch ends in `bytes`. */
  get end(): number {
    return this.start + BATCH_LENGTH_END + this.bytes.readInt32BE(this.start + 8);
  }
  /** -1 when unknown. */
  get leaderEpoch(): number {
    return this.bytes.readInt32BE(this.start + 12);
  }
  get magic(): number {
    return this.bytes.readInt8(this.start + 16);
  }
  get crc(): number {
    return this.bytes.readUInt32BE(this.start + 17);
  }
  private get attributes(): number {
    return this.bytes.readInt16BE(this.start + 21);
  }
  get compression(): Compression {
    return compressionOf(this.attributes & COMPRESSION_BITS, this.baseOffset);
  }
  /** True if every record's time is `maxTimestamp`, set by the broker. */
  get logAppendTime(): boolean {
    return (this.attributes & LOG_APPEND_TIME) !== 0;
  }
  get transactional(): boolean {
    return (this.attributes & TRANSACTIONAL) !== 0;
  }
  get control(): boolean {
    return (this.attributes & CONTROL) !== 0;
  }
  get baseTimestamp(): number {
    return readInt64(this.bytes, this.start + 27);
  }
  get maxTimestamp(): number {
    return readInt64(this.bytes, this.start + 35);
  }
  /** -1n without a producer. */
  get producerId(): bigint {
    return this.bytes.readBigInt64BE(this.start + 43);
  }
  get producerEpoch(): number {
    return this.bytes.readInt16BE(this.start + 51);
  }
  get baseSequence(): number {
    return this.bytes.readInt32BE(this.start + 53);
  }
  /** Records in the batch; compaction may leave none. */
  get count(): number {
    return this.bytes.readInt32BE(this.start + 57);
  }
  /** Undefined for batches of records, and for control batches that compaction emptied. */
  get controlType(): ControlType | undefined {
    if (!this.control || this.count < 1) return undefined;
    return controlTypeAt(this.bytes, this.start + BATCH_HEADER_BYTES);
  }
}

// A control record is never compressed: length, attributes, time delta, offset delta, key length are one byte each or
// more; its key is int16 version, int16 type.
function controlTypeAt(bytes: Buffer, at: number): ControlType {
  let position = at;
  const skipVarint = (): void => {
    while ((bytes[position++] ?? 0) >= 0x80);
  };
  skipVarint();
  position++;
  skipVarint();
  skipVarint();
  skipVarint();
  const type = bytes.readInt16BE(position + 2);
  if (type === 0) return 'abort';
  return type === 1 ? 'commit' : 'other';
}

/** What {@link writeBatchHeader} needs besides the records. */
export interface BatchHeaderFields {
  readonly baseOffset: number;
  readonly leaderEpoch: number;
  readonly compression: Compression;
  readonly transactional: boolean;
  readonly control: boolean;
  readonly lastOffsetDelta: number;
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly count: number;
}

/** Writes everything but the checksum at the start of `batch`, which holds the records already and nothing after. */
export function writeBatchHeader(batch: Buffer, fields: BatchHeaderFields): void {
  writeInt64(batch, fields.baseOffset, 0);
  batch.writeInt32BE(batch.length - BATCH_LENGTH_END, 8);
  batch.writeInt32BE(fields.leaderEpoch, 12);
  batch[16] = 2;
  const attributes =
    codecOf(fields.compression) | (fields.transactional ? TRANSACTIONAL : 0) | (fields.control ? CONTROL : 0);
  batch.writeInt16BE(attributes, 21);
  batch.writeInt32BE(fields.lastOffsetDelta, 23);
  writeInt64(batch, fields.baseTimestamp, 27);
  writeInt64(batch, fields.maxTimestamp, 35);
  batch.writeBigInt64BE(fields.producerId, 43);
  batch.writeInt16BE(fields.producerEpoch, 51);
  batch.writeInt32BE(fields.baseSequence, 53);
  batch.writeInt32BE(fields.count, 57);
}

/** Stamps what a broker assigns when it appends a batch; the checksum does not cover it. */
export function assignOffset(batch: Buffer, baseOffset: number, leaderEpoch: number): void {
  writeInt64(batch, baseOffset, 0);
  batch.writeInt32BE(leaderEpoch, 12);
}
