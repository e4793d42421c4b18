import { readInt64, writeInt64 } from '../../../util/bytes.js';

/*
 * Keys in the log's LevelDB. A batch: 'b', log uint32, base offset int64 (big-endian, so keys sort by log and offset).
 * Everything else: text that starts with another letter.
 */
const BATCH = 0x62;
const KEY_BYTES = 13;

/** The key of a batch. */
export function batchKey(log: number, baseOffset: number): Buffer {
  const key = Buffer.allocUnsafe(KEY_BYTES);
  key[0] = BATCH;
  key.writeUInt32BE(log, 1);
  writeInt64(key, baseOffset, 5);
  return key;
}

/** Below every key of a log, and above every key of the log before it. */
export function logStartKey(log: number): Buffer {
  return batchKey(log, 0);
}

export function logOfKey(key: Buffer): number {
  return key.readUInt32BE(1);
}

export function baseOffsetOfKey(key: Buffer): number {
  return readInt64(key, 5);
}
