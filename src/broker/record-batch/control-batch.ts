import { BATCH_HEADER_BYTES, writeBatchHeader } from './batch-header.js';
import { crc32c } from './crc32c.js';

/** The marker that ends a producer's transaction in one partition. */
export interface ControlBatchOptions {
  readonly type: 'abort' | 'commit';
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly timestamp: number;
  readonly baseOffset: number;
  /** Default -1. */
  readonly leaderEpoch?: number;
  /** Default 0. */
  readonly coordinatorEpoch?: number;
}

/*
 * Its one record (all varints are one byte long): length 16, attributes 0, time delta 0, offset delta 0,
 * key of 4 bytes: int16 version 0, int16 type (0 abort, 1 commit); value of 6 bytes: int16 version 0,
 * int32 coordinator epoch; no headers.
 */
const RECORD_BYTES = 17;

/** Builds a control batch, as a transaction coordinator has it written (`EndTransactionMarker`). */
export function buildControlBatch(options: ControlBatchOptions): Buffer {
  const batch = Buffer.alloc(BATCH_HEADER_BYTES + RECORD_BYTES);
  let at = BATCH_HEADER_BYTES;
  at = batch.writeInt8(16 << 1, at);
  at += 3;
  at = batch.writeInt8(4 << 1, at);
  at = batch.writeInt16BE(0, at);
  at = batch.writeInt16BE(options.type === 'commit' ? 1 : 0, at);
  at = batch.writeInt8(6 << 1, at);
  at = batch.writeInt16BE(0, at);
  batch.writeInt32BE(options.coordinatorEpoch ?? 0, at);
  writeBatchHeader(batch, {
    baseOffset: options.baseOffset,
    leaderEpoch: options.leaderEpoch ?? -1,
    compression: 'none',
    transactional: true,
    control: true,
    lastOffsetDelta: 0,
    baseTimestamp: options.timestamp,
    maxTimestamp: options.timestamp,
    producerId: options.producerId,
    producerEpoch: options.producerEpoch,
    baseSequence: -1,
    count: 1,
  });
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
  return batch;
}
