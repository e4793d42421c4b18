import { readInt64 } from '../util/bytes.js';
import type { BaseSnapshot, Row, RowCursor, RowRange } from './base.js';
import type { Entry } from './overlay/entry.js';
import type { Table } from './table.js';

/** A part of a scan: rows of one range of the base, and what the overlay says about them. */
export interface ScanSection {
  readonly range: RowRange;
  /** Whether an uncommitted entry belongs to the range. */
  holds(entry: Entry): boolean;
  /** Order of two keys within the range. Default: that of their bytes. */
  readonly order?: (left: Buffer, right: Buffer) => number;
}

/** Makes what a scan yields from a row; undefined leaves the row out. The value starts at `valueStart`. */
export type RowReader<T> = (key: Buffer, value: Buffer, valueStart: number, timestamp: number) => T | undefined;

/** What an overlay said of one key when the scan was called. */
interface CapturedRow {
  readonly mapKey: string;
  readonly key: Buffer;
  /** Null: deleted. */
  readonly value: Buffer | null;
  readonly timestamp: number;
}

interface CapturedSection {
  readonly range: RowRange;
  readonly order: (left: Buffer, right: Buffer) => number;
  readonly overlay: readonly CapturedRow[];
}

const DONE: Promise<IteratorResult<never, undefined>> = Promise.resolve({ done: true, value: undefined });

/**
 * Scans a store as it is now: a snapshot of the base merged with the overlay's uncommitted entries, section after section.
 * What is written later is not seen. Iterate it, or close it with `return()` or `await using`.
 */
export function scanTable<T>(table: Table, sections: readonly ScanSection[], read: RowReader<T>): MergedScan<T> {
  return new MergedScan(table.base.snapshot(), capture(table, sections), table.timedRows, read);
}

/** Rows of the base merged with captured rows of the overlay; on equal keys the overlay counts. */
export class MergedScan<T> implements AsyncIterableIterator<T> {
  private section = 0;
  private cursor: RowCursor | undefined;
  private rows: readonly Row[] = [];
  private rowAt = 0;
  private rowsEnded = false;
  private overlayAt = 0;
  private closed = false;

  constructor(
    private readonly snapshot: BaseSnapshot,
    private readonly sections: readonly CapturedSection[],
    private readonly timedRows: boolean,
    private readonly read: RowReader<T>,
  ) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    while (!this.closed) {
      const section = this.sections[this.section];
      if (section === undefined) return this.return();
      if (this.rowAt >= this.rows.length && !this.rowsEnded) return this.refill(section).then(() => this.next());
      const item = this.step(section);
      if (item !== undefined) return Promise.resolve({ done: false, value: item });
    }
    return DONE;
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    if (!this.closed) {
      this.closed = true;
      await this.cursor?.close();
      await this.snapshot.close();
    }
    return DONE;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** The next item of the section that can be told without reading; undefined for none (left out, or section ended). */
  private step(section: CapturedSection): T | undefined {
    const row = this.rows[this.rowAt];
    const written = section.overlay[this.overlayAt];
    if (row === undefined && written === undefined) {
      this.section++;
      this.rowsEnded = false;
      this.overlayAt = 0;
      return undefined;
    }
    const order = row === undefined ? 1 : written === undefined ? -1 : this.compare(row, written, section);
    if (order <= 0) this.rowAt++;
    if (order < 0) return this.readRow(row as Row); // the comparison has shown that there is one
    this.overlayAt++;
    const { key, value, timestamp } = written as CapturedRow; // likewise
    return value === null ? undefined : this.read(key, value, 0, timestamp);
  }

  private readRow({ key, value }: Row): T | undefined {
    return this.timedRows ? this.read(key, value, 8, readInt64(value, 0)) : this.read(key, value, 0, -1);
  }

  private compare(row: Row, written: CapturedRow, { order, range }: CapturedSection): number {
    return range.reverse ? -order(row.key, written.key) : order(row.key, written.key);
  }

  private async refill(section: CapturedSection): Promise<void> {
    this.cursor ??= this.snapshot.scan(section.range);
    this.rows = await this.cursor.next();
    this.rowAt = 0;
    if (this.rows.length > 0) return;
    this.rowsEnded = true;
    await this.cursor.close();
    this.cursor = undefined;
  }
}

const byBytes = (left: Buffer, right: Buffer): number => left.compare(right);

function capture(table: Table, sections: readonly ScanSection[]): CapturedSection[] {
  const entries = new Set(table.overlay.uncommitted());
  return sections.map((section) => {
    const overlay: CapturedRow[] = [];
    for (const entry of entries) {
      if (!section.holds(entry)) continue;
      overlay.push({ mapKey: entry.mapKey, key: entry.key, value: entry.value ?? null, timestamp: entry.timestamp });
    }
    const sign = section.range.reverse ? -1 : 1;
    const order = section.order ?? byBytes;
    overlay.sort((a, b) => sign * order(a.key, b.key));
    return { range: section.range, order, overlay };
  });
}
