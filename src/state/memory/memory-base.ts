import { bytesToMapKey } from '../../util/bytes.js';
import type { BaseSnapshot, Row, RowCursor, RowBatch, RowLayout, RowRange, WritableBase } from '../base.js';
import { boundsOf } from '../base.js';
import type { SortedSnapshot } from './sorted-rows.js';
import { SortedRows } from './sorted-rows.js';

/** Rows that a cursor gives at a time. */
const CHUNK_ROWS = 256;

/**
 * Rows in memory. Point reads go to a hash table; the sorted rows that scans need are made at the first scan and kept up
 * from then on, so that a store that is never scanned does not pay for them.
 */
export class MemoryBase implements WritableBase {
  readonly worthKeeping = false;
  private readonly rows = new Map<string, Row>();
  private sorted: SortedRows | undefined;

  constructor(private readonly layout: RowLayout) {}

  get(mapKey: string): Buffer | undefined {
    return this.rows.get(mapKey)?.value;
  }

  put(_batch: RowBatch | undefined, mapKey: string, key: Buffer, value: Buffer): void {
    const row = { key, value };
    this.rows.set(mapKey, row);
    this.sorted?.set({ sortKey: this.sortKey(key), key, value });
  }

  delete(_batch: RowBatch | undefined, mapKey: string, key: Buffer): void {
    if (this.rows.delete(mapKey)) this.sorted?.delete(this.sortKey(key));
  }

  deleteBelow(prefix: Buffer): Promise<void> {
    const end = bytesToMapKey(prefix);
    for (const [mapKey, row] of this.rows) {
      if (this.sortKey(row.key) < end) this.delete(undefined, mapKey, row.key);
    }
    return Promise.resolve();
  }

  clear(): Promise<void> {
    this.rows.clear();
    this.sorted = undefined;
    return Promise.resolve();
  }

  /** The keys of every row, in no order. */
  keys(): IterableIterator<string> {
    return this.rows.keys();
  }

  snapshot(): BaseSnapshot {
    this.sorted ??= new SortedRows(
      Array.from(this.rows.values(), (row) => ({ sortKey: this.sortKey(row.key), ...row })),
    );
    const snapshot = this.sorted.snapshot();
    return { scan: (range) => new MemoryCursor(snapshot, range), close: () => Promise.resolve() };
  }

  approximateEntries(): number {
    return this.rows.size;
  }

  private sortKey(key: Buffer): string {
    const { prefixLength } = this.layout;
    if (prefixLength === 0) return bytesToMapKey(key);
    const row = Buffer.allocUnsafe(prefixLength + key.length);
    this.layout.writePrefix(key, row, 0);
    key.copy(row, prefixLength);
    return bytesToMapKey(row);
  }
}

class MemoryCursor implements RowCursor {
  private readonly walk: Iterator<Row, void>;

  constructor(snapshot: SortedSnapshot, range: RowRange) {
    const { from, before } = boundsOf(range);
    this.walk = snapshot.range(
      bytesToMapKey(from),
      before === undefined ? undefined : bytesToMapKey(before),
      range.reverse,
    );
  }

  next(): Promise<readonly Row[]> {
    const rows: Row[] = [];
    while (rows.length < CHUNK_ROWS) {
      const step = this.walk.next();
      if (step.done === true) break;
      rows.push(step.value);
    }
    return Promise.resolve(rows);
  }

  close(): Promise<void> {
    this.walk.return?.();
    return Promise.resolve();
  }
}
