import { readInt64, writeInt64 } from '../../util/bytes.js';
import { grownTo } from '../growing-bytes.js';

/*
 * Entries of one key of a join's window store, in the order in which they were put:
 *
 *     | time, 8 bytes | sequence number, 4 bytes | length, 4 bytes | value | ...
 *
 * A chunk only grows: bytes that were written never change, so a read may hold on to them.
 */

/** A chunk takes no further entry that would make it longer. */
export const CHUNK_BYTES = 4_096;
const ENTRY_HEADER = 16;

/** Whether one more entry has room in a chunk. */
export function hasRoom(chunk: Buffer, value: Buffer): boolean {
  return chunk.length + ENTRY_HEADER + value.length <= CHUNK_BYTES;
}

/** The chunk with one more entry, in the same memory if it can be. */
export function withEntry(chunk: Buffer | null, time: number, sequence: number, value: Buffer): Buffer {
  const at = chunk === null ? 0 : chunk.length;
  const target = grownTo(chunk, at + ENTRY_HEADER + value.length, CHUNK_BYTES);
  writeInt64(target, time, at);
  target.writeInt32BE(sequence, at + 8);
  target.writeInt32BE(value.length, at + 12);
  value.copy(target, at + ENTRY_HEADER);
  return target;
}

/** The earliest and the latest time in a chunk. */
export function timesOf(chunk: Buffer): { readonly min: number; readonly max: number } {
  let min = Infinity;
  let max = -Infinity;
  for (let at = 0; at < chunk.length; at = nextEntry(chunk, at)) {
    const time = readInt64(chunk, at);
    if (time < min) min = time;
    if (time > max) max = time;
  }
  return { min, max };
}

/** Where the entry after the one at `at` begins. */
export function nextEntry(chunk: Buffer, at: number): number {
  return at + ENTRY_HEADER + chunk.readInt32BE(at + 12);
}

export function timeAt(chunk: Buffer, at: number): number {
  return readInt64(chunk, at);
}

export function sequenceAt(chunk: Buffer, at: number): number {
  return chunk.readInt32BE(at + 8);
}

/** Where the value of the entry at `at` begins; it ends where the next entry begins. */
export function valueStart(at: number): number {
  return at + ENTRY_HEADER;
}
