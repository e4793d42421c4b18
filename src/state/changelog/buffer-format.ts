import { readInt64, writeInt64 } from '../../util/bytes.js';
import type { RecordContext } from '../store.js';
import {
  int32,
  readRecordContext,
  readSized,
  recordContextBytes,
  recordContextSize,
  sized,
} from './record-context-format.js';

/*
 * A buffered change in a suppression's changelog (Kafka Streams' BufferValue, and the time it is buffered by):
 *
 *     | record context | prior value | old value | new value | buffer time, 8 |
 *
 * Values stand behind their length (4 bytes; -1: null, and of the old value -2: the same as the prior one). The prior value
 * is the old one of the first change that was buffered. The header `v` = 3 tells this version from earlier ones.
 */

const SAME_AS_PRIOR = -2;
const TIME_LENGTH = 8;

/** A change while it is held back, as bytes. */
export interface BufferedChange {
  readonly context: RecordContext;
  /** What is known downstream of the key. */
  readonly priorValue: Buffer | null;
  readonly oldValue: Buffer | null;
  readonly newValue: Buffer | null;
}

/** The change without its buffer time. */
export function bufferedChangeBytes(change: BufferedChange): Buffer {
  return Buffer.concat(partsOf(change));
}

/** The changelog's value. */
export function bufferRowBytes(change: BufferedChange, timeMs: number): Buffer {
  const time = Buffer.allocUnsafe(TIME_LENGTH);
  writeInt64(time, timeMs, 0);
  return Buffer.concat([...partsOf(change), time]);
}

/** When the change of a row is due, by its buffer's reckoning. */
export function bufferTimeOf(row: Buffer): number {
  return readInt64(row, row.length - TIME_LENGTH);
}

export function readBufferedChange(row: Buffer): BufferedChange {
  const { context, end } = readRecordContext(row, 0);
  const prior = readSized(row, end);
  const same = row.readInt32BE(prior.end) === SAME_AS_PRIOR;
  const old = same ? { value: prior.value, end: prior.end + 4 } : readSized(row, prior.end);
  const { value: newValue } = readSized(row, old.end);
  return { context, priorValue: prior.value, oldValue: old.value, newValue };
}

/** Bytes that a change counts for in the bound of its buffer, by Kafka Streams' own reckoning. */
export function bufferedSize(key: Buffer, { context, priorValue, oldValue, newValue }: BufferedChange): number {
  const old = sameValue(priorValue, oldValue) ? 0 : (oldValue?.length ?? 0);
  return (
    key.length + TIME_LENGTH + recordContextSize(context) + (priorValue?.length ?? 0) + old + (newValue?.length ?? 0)
  );
}

function partsOf({ context, priorValue, oldValue, newValue }: BufferedChange): Buffer[] {
  const old = oldValue !== null && sameValue(priorValue, oldValue) ? [int32(SAME_AS_PRIOR)] : sized(oldValue);
  return [recordContextBytes(context), ...sized(priorValue), ...old, ...sized(newValue)];
}

function sameValue(left: Buffer | null, right: Buffer | null): boolean {
  return left === null || right === null ? left === right : left.equals(right);
}
