import { readInt64, writeInt64 } from '../../util/bytes.js';
import { grownTo } from '../growing-bytes.js';

/*
 * Versions of one key that have ended, by time. They do not overlap; between two of them the key may have been deleted:
 *
 *     | valid from, 8 bytes | valid to, 8 bytes | length, 4 bytes; -1: deleted | value | ...
 *
 * Where a version ends, something took its place, be it a deletion. A deletion that no version ends at stands as one of its
 * own, which ends where it begins.
 *
 * A chunk that only grows does so in its memory: bytes that were written never change, so a read may hold on to them.
 */

/** A chunk that would be longer is split, as far as it has more than one version. */
export const CHUNK_BYTES = 4_096;
const HEADER = 20;
const DELETED = -1;

/** A version that has ended. */
export interface EndedVersion {
  readonly from: number;
  readonly to: number;
  /** Null: the key was deleted. */
  readonly value: Buffer | null;
}

export function fromAt(chunk: Buffer, at: number): number {
  return readInt64(chunk, at);
}

export function toAt(chunk: Buffer, at: number): number {
  return readInt64(chunk, at + 8);
}

/** Where the value of the version at `at` begins; it ends where the next version begins. */
export function valueStart(at: number): number {
  return at + HEADER;
}

export function isDeletion(chunk: Buffer, at: number): boolean {
  return chunk.readInt32BE(at + 16) === DELETED;
}

export function valueAt(chunk: Buffer, at: number): Buffer | null {
  return isDeletion(chunk, at) ? null : chunk.subarray(valueStart(at), nextVersion(chunk, at));
}

/** Where the version after the one at `at` begins. */
export function nextVersion(chunk: Buffer, at: number): number {
  return at + HEADER + Math.max(0, chunk.readInt32BE(at + 16));
}

/** Where the first version begins that ends after this time; the chunk's end if there is none. */
export function endingAfter(chunk: Buffer, timeMs: number): number {
  let at = 0;
  while (at < chunk.length && toAt(chunk, at) <= timeMs) at = nextVersion(chunk, at);
  return at;
}

/** When the last version of a chunk ends. */
export function endOf(chunk: Buffer): number {
  let last = 0;
  for (let at = 0; at < chunk.length; at = nextVersion(chunk, at)) last = at;
  return toAt(chunk, last);
}

/** Whether one more version has room in a chunk. */
export function hasRoom(chunk: Buffer, value: Buffer | null): boolean {
  return chunk.length + HEADER + (value?.length ?? 0) <= CHUNK_BYTES;
}

/** The chunk with one more version behind all others. */
export function withVersion(chunk: Buffer | null, { from, to, value }: EndedVersion): Buffer {
  const at = chunk === null ? 0 : chunk.length;
  const target = grownTo(chunk, at + HEADER + (value?.length ?? 0), CHUNK_BYTES);
  writeInt64(target, from, at);
  writeInt64(target, to, at + 8);
  target.writeInt32BE(value === null ? DELETED : value.length, at + 16);
  value?.copy(target, at + HEADER);
  return target;
}

/** The chunk with other versions in the place of its bytes from `at` to `end`. */
export function spliced(chunk: Buffer, at: number, end: number, versions: readonly EndedVersion[]): Buffer {
  const between = versions.map((version) => withVersion(null, version));
  return Buffer.concat([chunk.subarray(0, at), ...between, chunk.subarray(end)]);
}

/** Where the second half of a chunk's versions begins, by their bytes; the chunk's end if it has only one. */
export function middleOf(chunk: Buffer): number {
  let at = nextVersion(chunk, 0);
  for (let next = at; next < chunk.length && at < chunk.length / 2; next = nextVersion(chunk, next)) at = next;
  return at;
}
