import { readInt64, writeInt64 } from '../../util/bytes.js';
import { BATCH_HEADER_BYTES, BATCH_LENGTH_END, BatchHeader } from '../record-batch/batch-header.js';
import { crc32c } from '../record-batch/crc32c.js';
import { faultOf } from '../record-batch/decode.js';

// What a broker reads and changes in a batch that stands at the start of its buffer (layout: record-batch/batch-header.ts).

const CHECKSUM_FROM = 21;
const COMPRESSION_BITS = 0x07;
const LOG_APPEND_TIME_BIT = 0x08;

/** The fields that decide on a producer's batch. */
export interface BatchFields {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly byteLength: number;
  readonly maxTimestamp: number;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly lastSequence: number;
  readonly recordCount: number;
  readonly transactional: boolean;
  readonly control: boolean;
}

/** Reads the header of a batch. */
export function readBatchFields(bytes: Buffer): BatchFields {
  const header = new BatchHeader(bytes, 0);
  const { baseOffset, lastOffset, baseSequence } = header;
  return {
    baseOffset,
    lastOffset,
    byteLength: header.end,
    maxTimestamp: header.maxTimestamp,
    producerId: header.producerId,
    producerEpoch: header.producerEpoch,
    baseSequence,
    lastSequence: baseSequence < 0 ? -1 : addToSequence(baseSequence, lastOffset - baseOffset),
    recordCount: header.count,
    transactional: header.transactional,
    control: header.control,
  };
}

/** Sequence numbers wrap from 2^31-1 to 0. */
export function addToSequence(sequence: number, more: number): number {
  return (sequence + more) % 2_147_483_648;
}

export function baseOffsetOf(bytes: Buffer): number {
  return readInt64(bytes, 0);
}

/** The last offset the batch was written with; compaction keeps it. */
export function lastOffsetOf(bytes: Buffer): number {
  return readInt64(bytes, 0) + bytes.readInt32BE(23);
}

/** -1 when no record has a timestamp. */
export function maxTimestampOf(bytes: Buffer): number {
  return readInt64(bytes, 35);
}

/** Whether the bytes are exactly one batch, version 2, with a right checksum. */
export function validBatch(bytes: Buffer): boolean {
  if (bytes.length < BATCH_HEADER_BYTES) return false;
  const header = new BatchHeader(bytes, 0);
  return header.end === bytes.length && faultOf(header) === undefined;
}

/** Marks every record of the batch with the broker's time, in place (`message.timestamp.type=LogAppendTime`). */
export function stampAppendTime(bytes: Buffer, timestamp: number): void {
  bytes.writeInt16BE(bytes.readInt16BE(21) | LOG_APPEND_TIME_BIT, 21);
  writeInt64(bytes, timestamp, 35);
  updateChecksum(bytes);
}

/** A copy of the batch with other, uncompressed records; offsets, timestamps and producer stay. */
export function withRecords(batch: Buffer, records: Buffer, recordCount: number): Buffer {
  const bytes = Buffer.concat([batch.subarray(0, BATCH_HEADER_BYTES), records]);
  bytes.writeInt32BE(bytes.length - BATCH_LENGTH_END, 8);
  bytes.writeInt16BE(bytes.readInt16BE(21) & ~COMPRESSION_BITS, 21);
  bytes.writeInt32BE(recordCount, 57);
  updateChecksum(bytes);
  return bytes;
}

function updateChecksum(bytes: Buffer): void {
  bytes.writeUInt32BE(crc32c(bytes.subarray(CHECKSUM_FROM)), 17);
}
