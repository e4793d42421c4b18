import { readInt64, writeInt64 } from '../../util/bytes.js';
import type { Entry } from '../overlay/entry.js';
import type { Table } from '../table.js';
import { hasRoom, timesOf, withEntry } from './join-chunk.js';
import type { JoinMatches } from './join-matches.js';

/*
 * Rows of a join's window store, per segment and key:
 *
 *     | segment, 6 bytes | key | chunk number, 4 bytes |   a chunk of entries (join-chunk.ts); only the last one grows
 *     | segment, 6 bytes | key | ffffffff              |   of each full chunk its earliest time, and the latest up to its end,
 *                                                          8 bytes each
 */

const SEGMENT_BYTES = 6;
const NUMBER_BYTES = 4;
const HEAD = 0xffffffff;
const TIMES_BYTES = 16;

/** The rows of one segment and key, which are looked up by point reads alone. One object serves all keys, one after the other. */
export class JoinWindowRows {
  private scratch = Buffer.allocUnsafe(256);
  private length = 0;

  constructor(private readonly table: Table) {}

  /** Turns to the rows of a segment and key. */
  at(segment: number, key: Buffer): this {
    this.length = SEGMENT_BYTES + key.length + NUMBER_BYTES;
    if (this.length > this.scratch.length) this.scratch = Buffer.allocUnsafe(2 * this.length);
    this.scratch.writeUIntBE(segment, 0, SEGMENT_BYTES);
    key.copy(this.scratch, SEGMENT_BYTES);
    return this;
  }

  /** Adds an entry: to the last chunk if it has room, else to a new one. */
  append(time: number, sequence: number, value: Buffer): void {
    const { overlay } = this.table;
    const headRow = this.row(HEAD);
    const head = overlay.read(headRow);
    const fullChunks = countOf(head);
    const lastRow = this.row(fullChunks);
    const last = overlay.read(lastRow);
    if (last === null || hasRoom(last, value)) {
      overlay.write(lastRow, withEntry(last, time, sequence, value), -1);
      return;
    }
    overlay.write(headRow, withTimes(head, last), -1);
    overlay.write(this.row(fullChunks + 1), withEntry(null, time, sequence, value), -1);
  }

  /** Finds the entries in a range of time; chunks that have none are not read. */
  find(fromMs: number, toMs: number, matches: JoinMatches<unknown>): void {
    const head = this.table.overlay.read(this.row(HEAD));
    const fullChunks = countOf(head);
    for (let number = head === null ? 0 : firstWith(head, fromMs); number <= fullChunks; number++) {
      if (head !== null && number < fullChunks && earliestOf(head, number) > toMs) continue;
      const chunk = this.table.overlay.read(this.row(number));
      if (chunk !== null) matches.take(chunk, fromMs, toMs);
    }
  }

  private row(number: number): Entry {
    this.scratch.writeUInt32BE(number, this.length - NUMBER_BYTES);
    return this.table.entry(this.scratch.latin1Slice(0, this.length));
  }
}

/** Of a row's key: the store's key; undefined for a head row. */
export function keyOfChunk(rowKey: Buffer): Buffer | undefined {
  const numberAt = rowKey.length - NUMBER_BYTES;
  return rowKey.readUInt32BE(numberAt) === HEAD ? undefined : rowKey.subarray(SEGMENT_BYTES, numberAt);
}

function countOf(head: Buffer | null): number {
  return head === null ? 0 : head.length / TIMES_BYTES;
}

function earliestOf(head: Buffer, number: number): number {
  return readInt64(head, number * TIMES_BYTES);
}

/** The latest time in a full chunk and those before it. */
function latestUpTo(head: Buffer, number: number): number {
  return readInt64(head, number * TIMES_BYTES + 8);
}

/** The first chunk that can have an entry of this time or a later one. */
function firstWith(head: Buffer, timeMs: number): number {
  let low = 0;
  let high = countOf(head);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (latestUpTo(head, middle) >= timeMs) high = middle;
    else low = middle + 1;
  }
  return low;
}

function withTimes(head: Buffer | null, chunk: Buffer): Buffer {
  const { min, max } = timesOf(chunk);
  const times = Buffer.allocUnsafe(TIMES_BYTES);
  writeInt64(times, min, 0);
  writeInt64(times, head === null ? max : Math.max(max, latestUpTo(head, countOf(head) - 1)), 8);
  return head === null ? times : Buffer.concat([head, times]);
}
