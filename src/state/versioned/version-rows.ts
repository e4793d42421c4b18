import { readInt64, writeInt64 } from '../../util/bytes.js';
import type { Entry } from '../overlay/entry.js';
import type { Table } from '../table.js';
import {
  CHUNK_BYTES,
  type EndedVersion,
  endOf,
  endingAfter,
  hasRoom,
  middleOf,
  spliced,
  withVersion,
} from './version-chunk.js';

/*
 * The versions of a key that ended in one segment:
 *
 *     | 0 | segment, 6 bytes | key | chunk number, 4 bytes |   a chunk of versions (version-chunk.ts)
 *     | 0 | segment, 6 bytes | key | ffffffff              |   of several chunks the list by time: when the last version of
 *                                                              each ends (8 bytes; of the last chunk 0), its number (4)
 */

/** What rows of ended versions start with; those of the latest ones come after them. */
const HISTORY_ROWS = 0;
/** What the rows of latest versions start with. */
export const LATEST_ROWS = 1;
const SEGMENT_BYTES = 6;
const PREFIX_BYTES = 1 + SEGMENT_BYTES;
const NUMBER_BYTES = 4;
const HEAD = 0xffffffff;
const LISTED_BYTES = 12;

/** What the rows of a segment start with. */
export function historyPrefix(segment: number): Buffer {
  const prefix = Buffer.allocUnsafe(PREFIX_BYTES);
  prefix[0] = HISTORY_ROWS;
  prefix.writeUIntBE(segment, 1, SEGMENT_BYTES);
  return prefix;
}

/** Segment and key of a row of versions that have ended; undefined for a list of chunks, or the row of a latest version. */
export function endedRow(rowKey: Buffer): { readonly segment: number; readonly key: Buffer } | undefined {
  const keyEnd = rowKey.length - NUMBER_BYTES;
  if (rowKey[0] !== HISTORY_ROWS || rowKey.readUInt32BE(keyEnd) === HEAD) return undefined;
  return { segment: rowKey.readUIntBE(1, SEGMENT_BYTES), key: rowKey.subarray(PREFIX_BYTES, keyEnd) };
}

/** A version where it stands in its chunk. */
export interface FoundVersion {
  readonly chunk: Buffer;
  readonly at: number;
  /** The chunk's place in the list of its segment and key. */
  readonly listed: number;
}

/**
 * The rows of one segment and key, which are looked up by point reads alone: the list of chunks, and the one chunk that is
 * needed. One object serves all keys, one after the other.
 */
export class VersionRows {
  private scratch = Buffer.allocUnsafe(256);
  private length = 0;

  constructor(private readonly table: Table) {}

  /** Turns to the rows of a segment and key. */
  at(segment: number, key: Buffer): this {
    this.length = PREFIX_BYTES + key.length + NUMBER_BYTES;
    if (this.length > this.scratch.length) this.scratch = Buffer.allocUnsafe(2 * this.length);
    this.scratch[0] = HISTORY_ROWS;
    this.scratch.writeUIntBE(segment, 1, SEGMENT_BYTES);
    key.copy(this.scratch, PREFIX_BYTES);
    return this;
  }

  /** The first version that ends after this time. */
  endingAfter(timeMs: number): FoundVersion | undefined {
    const head = this.head();
    const listed = firstEndingAfter(head, timeMs);
    const chunk = this.chunk(head, listed);
    if (chunk === null) return undefined;
    const at = endingAfter(chunk, timeMs);
    return at === chunk.length ? undefined : { chunk, at, listed };
  }

  /** All chunks, by time. */
  chunks(): Buffer[] {
    const head = this.head();
    const chunks = Array.from({ length: countOf(head) }, (_, listed) => this.chunk(head, listed));
    return chunks.filter((chunk) => chunk !== null);
  }

  /** Adds a version behind all others. */
  append(version: EndedVersion): void {
    const head = this.head();
    const last = countOf(head) - 1;
    const chunk = this.chunk(head, last);
    if (chunk === null || hasRoom(chunk, version.value)) {
      this.write(numberOf(head, last), withVersion(chunk, version));
      return;
    }
    this.write(HEAD, withListed(head, last, endOf(chunk)));
    this.write(last + 1, withVersion(null, version));
  }

  /** Puts versions in the place of what stands from `found` to `end` in its chunk; the last one ends where that did. */
  replace({ chunk, at, listed }: FoundVersion, end: number, versions: readonly EndedVersion[]): void {
    const head = this.head();
    const changed = spliced(chunk, at, end, versions);
    const middle = changed.length > CHUNK_BYTES ? middleOf(changed) : changed.length;
    this.write(numberOf(head, listed), changed.subarray(0, middle));
    if (middle === changed.length) return;
    this.write(countOf(head), changed.subarray(middle));
    this.write(HEAD, withListed(head, listed, endOf(changed.subarray(0, middle))));
  }

  private head(): Buffer | null {
    return this.table.overlay.read(this.row(HEAD));
  }

  private chunk(head: Buffer | null, listed: number): Buffer | null {
    return this.table.overlay.read(this.row(numberOf(head, listed)));
  }

  private write(number: number, bytes: Buffer): void {
    this.table.overlay.write(this.row(number), bytes, -1);
  }

  private row(number: number): Entry {
    this.scratch.writeUInt32BE(number, this.length - NUMBER_BYTES);
    return this.table.entry(this.scratch.latin1Slice(0, this.length));
  }
}

/** How many chunks there are; without a list, one. */
function countOf(head: Buffer | null): number {
  return head === null ? 1 : head.length / LISTED_BYTES;
}

function numberOf(head: Buffer | null, listed: number): number {
  return head === null ? 0 : head.readUInt32BE(listed * LISTED_BYTES + 8);
}

/** The place of the first chunk that can have a version that ends after this time. */
function firstEndingAfter(head: Buffer | null, timeMs: number): number {
  let low = 0;
  let high = countOf(head) - 1;
  while (head !== null && low < high) {
    const middle = (low + high) >>> 1;
    if (readInt64(head, middle * LISTED_BYTES) > timeMs) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The list after a chunk was split: it ends earlier now, and a new one, of the next number, follows it. */
function withListed(head: Buffer | null, listed: number, endMs: number): Buffer {
  const before = head ?? Buffer.alloc(LISTED_BYTES);
  const split = listed * LISTED_BYTES;
  const after = Buffer.allocUnsafe(before.length + LISTED_BYTES);
  before.copy(after, 0, 0, split + LISTED_BYTES);
  before.copy(after, split + LISTED_BYTES, split, before.length);
  writeInt64(after, endMs, split);
  after.writeUInt32BE(countOf(head), split + LISTED_BYTES + 8);
  return after;
}
