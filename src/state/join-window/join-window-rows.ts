import { readInt64, writeInt64 } from '../../util/bytes.js';
import type { Entry } from '../overlay/entry.js';
import type { Table } from '../table.js';
import { hasRoom, timesOf, withEntry } from './join-chunk.js';
import type { JoinMatches } from './join-matches.js';

/*
 * Rows of a join's window store, per segment and key:
 *
 *     | segment, 6 bytes | key | chunk number, 4 bytes |   a chunk of entries (join-chunk.ts); only the last one grows
 *     | segment, 6 bytes | key | ffffffff              |   earliest and latest time of each full chunk, 8 bytes each
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
    for (let number = 0; number <= fullChunks; number++) {
      if (head !== null && number < fullChunks && !overlaps(head, number, fromMs, toMs)) continue;
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

function overlaps(head: Buffer, number: number, fromMs: number, toMs: number): boolean {
  const at = number * TIMES_BYTES;
  return readInt64(head, at) <= toMs && readInt64(head, at + 8) >= fromMs;
}

function withTimes(head: Buffer | null, chunk: Buffer): Buffer {
  const { min, max } = timesOf(chunk);
  const times = Buffer.allocUnsafe(TIMES_BYTES);
  writeInt64(times, min, 0);
  writeInt64(times, max, 8);
  return head === null ? times : Buffer.concat([head, times]);
}
