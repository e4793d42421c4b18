import { crc32c } from '../record-batch/crc32c.js';
import { decodeRecords } from '../record-batch/decode.js';
import { RecordBatchBuilder } from '../record-batch/record-batch-builder.js';
import type { RecordColumns } from '../record-batch/record-columns.js';
import type { Compression } from './client.js';
import type { ProducerIdentity } from './producer-session.js';

const SEQUENCES = 2 ** 31;
// Positions in a record batch, version 2 (see record-batch/batch-header.ts).
const CRC = 17;
const ATTRIBUTES = 21;
const PRODUCER_ID = 43;
const PRODUCER_EPOCH = 51;
const BASE_SEQUENCE = 53;

/** The sequence number `count` records on; after 2^31-1 comes 0. */
export function sequenceAfter(sequence: number, count: number): number {
  return (sequence + count) % SEQUENCES;
}

/** Gives a finished batch another producer and sequence, in place. */
export function stampBatch(batch: Buffer, producer: ProducerIdentity, baseSequence: number): void {
  batch.writeBigInt64BE(producer.producerId, PRODUCER_ID);
  batch.writeInt16BE(producer.producerEpoch, PRODUCER_EPOCH);
  batch.writeInt32BE(baseSequence, BASE_SEQUENCE);
  batch.writeUInt32BE(crc32c(batch.subarray(ATTRIBUTES)), CRC);
}

/** One half of a batch that was too large. */
export interface BatchHalf {
  readonly bytes: Buffer;
  readonly count: number;
  readonly baseSequence: number;
}

/** Two batches with the records of one of at least two, in order, with the same sequence numbers. */
export function splitBatch(
  batch: { readonly bytes: Buffer; readonly baseSequence: number },
  producer: ProducerIdentity,
  transactional: boolean,
  compression: Compression,
): [BatchHalf, BatchHalf] {
  const { records } = decodeRecords(batch.bytes, 0, undefined, false);
  const middle = Math.floor(records.length / 2);
  const half = (from: number, to: number): BatchHalf => {
    const builder = new RecordBatchBuilder();
    for (let i = from; i < to; i++) {
      builder.append(keyOf(records, i), valueOf(records, i), records.timestamp(i), records.headers(i));
    }
    const baseSequence = sequenceAfter(batch.baseSequence, from);
    const bytes = builder.build({ ...producer, baseSequence, transactional, compression });
    return { bytes, count: to - from, baseSequence };
  };
  return [half(0, middle), half(middle, records.length)];
}

/** Key, value and timestamp of the record of a batch that has one. */
export function onlyRecordOf(batch: Buffer): {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly timestamp: number;
} {
  const { records } = decodeRecords(batch, 0, undefined, false);
  return { key: keyOf(records, 0), value: valueOf(records, 0), timestamp: records.timestamp(0) };
}

function keyOf(records: RecordColumns, index: number): Buffer | null {
  const start = records.keyStart(index);
  return start < 0 ? null : records.buffer(index).subarray(start, records.keyEnd(index));
}

function valueOf(records: RecordColumns, index: number): Buffer | null {
  const start = records.valueStart(index);
  return start < 0 ? null : records.buffer(index).subarray(start, records.valueEnd(index));
}
