import { readInt64, writeInt64 } from '../../util/bytes.js';

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

/** Buffers that chunks grow in: what is behind a chunk's end there belongs to nobody else. */
const growing = new WeakSet<ArrayBufferLike>();

/** Whether one more entry has room in a chunk. */
export function hasRoom(chunk: Buffer, value: Buffer): boolean {
  return chunk.length + ENTRY_HEADER + value.length <= CHUNK_BYTES;
}

/** The chunk with one more entry, in the same memory if it can be. */
export function withEntry(chunk: Buffer | null, time: number, sequence: number, value: Buffer): Buffer {
  const at = chunk === null ? 0 : chunk.length;
  const end = at + ENTRY_HEADER + value.length;
  const target = chunk !== null && growsTo(chunk, end) ? whole(chunk) : copied(chunk, end);
  writeInt64(target, time, at);
  target.writeInt32BE(sequence, at + 8);
  target.writeInt32BE(value.length, at + 12);
  value.copy(target, at + ENTRY_HEADER);
  return target.subarray(0, end);
}

function growsTo({ buffer, byteOffset }: Buffer, length: number): boolean {
  return byteOffset === 0 && buffer.byteLength >= length && growing.has(buffer);
}

function whole({ buffer }: Buffer): Buffer {
  return Buffer.from(buffer, 0, buffer.byteLength);
}

/** Doubles, so that a key with few entries takes little. */
function copied(chunk: Buffer | null, length: number): Buffer {
  const target = Buffer.allocUnsafeSlow(Math.max(length, Math.min(2 * length, CHUNK_BYTES)));
  growing.add(target.buffer);
  chunk?.copy(target, 0);
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
