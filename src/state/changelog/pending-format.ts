import { readInt64, writeInt64 } from '../../util/bytes.js';
import type { RecordContext } from '../store.js';
import { readRecordContext, recordContextBytes } from './record-context-format.js';

/*
 * A record whose outcome is awaited, in the changelog of its buffer; numbers are big-endian. The key is its place:
 *
 *     | sequence, 8 |   ->   | record context | arrived, 8 | attempt, 4 | ordinal, 4 | value |
 */

const NUMBERS = 16;

/** What a row holds beside the value. */
export interface PendingRow {
  readonly context: RecordContext;
  readonly arrivedMs: number;
  readonly attempt: number;
  readonly ordinal: number;
  readonly value: Buffer;
}

/** The changelog's key. */
export function sequenceBytes(sequence: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  writeInt64(bytes, sequence, 0);
  return bytes;
}

/** The changelog's value. */
export function pendingRowBytes({ context, arrivedMs, attempt, ordinal, value }: PendingRow): Buffer {
  const numbers = Buffer.allocUnsafe(NUMBERS);
  writeInt64(numbers, arrivedMs, 0);
  numbers.writeUInt32BE(attempt, 8);
  numbers.writeUInt32BE(ordinal, 12);
  return Buffer.concat([recordContextBytes(context), numbers, value]);
}

/** Reads what {@link pendingRowBytes} wrote. */
export function readPendingRow(row: Buffer): PendingRow {
  const { context, end } = readRecordContext(row, 0);
  return {
    context,
    arrivedMs: readInt64(row, end),
    attempt: row.readUInt32BE(end + 8),
    ordinal: row.readUInt32BE(end + 12),
    value: row.subarray(end + NUMBERS),
  };
}
