import { bytesToMapKey, mapKeyToBytes } from '../../util/bytes.js';
import type { BaseSnapshot, Row, RowCursor, RowBatch, RowLayout, RowRange, WritableBase } from '../base.js';
import { boundsOf } from '../base.js';
import type { SortedRow, SortedSnapshot } from './sorted-rows.js';
import { SortedRows } from './sorted-rows.js';

/** Rows that a cursor gives at a time. */
const CHUNK_ROWS = 256;

/**
 * Rows in memory, kept as strings of one character per byte: a string takes a tenth of what two small buffers do. Point
 * reads go to a hash table; the sorted rows that scans need are made at the first scan and kept up from then on, so that
 * a store that is never scanned does not pay for them.
 */
export class MemoryBase implements WritableBase {
  readonly shared = false;
  private readonly rows = new Map<string, string>();
  private sorted: SortedRows | undefined;

  constructor(private readonly layout: RowLayout) {}

  cached(): undefined {
    return undefined;
  }

  get(mapKey: string): Buffer | undefined {
    const value = this.rows.get(mapKey);
    return value === undefined ? undefined : mapKeyToBytes(value);
  }

  put(_batch: RowBatch | undefined, mapKey: string, value: Buffer): void {
    const text = bytesToMapKey(value);
    this.rows.set(mapKey, text);
    this.sorted?.set(this.sortedRow(mapKey, text));
  }

  delete(_batch: RowBatch | undefined, mapKey: string): void {
    if (this.rows.delete(mapKey)) this.sorted?.delete(this.sortKey(mapKey));
  }

  restore(batch: RowBatch | undefined, source: Buffer, keyStart: number, keyEnd: number, value: Buffer | null): void {
    const mapKey = source.latin1Slice(keyStart, keyEnd);
    if (value === null) this.delete(batch, mapKey);
    else this.put(batch, mapKey, value);
  }

  deleteBelow(prefix: Buffer): Promise<void> {
    const end = bytesToMapKey(prefix);
    for (const mapKey of this.rows.keys()) if (this.sortKey(mapKey) < end) this.delete(undefined, mapKey);
    return Promise.resolve();
  }

  deleteRows(mapKeys: readonly string[]): Promise<void> {
    for (const mapKey of mapKeys) this.delete(undefined, mapKey);
    return Promise.resolve();
  }

  clear(): Promise<void> {
    this.rows.clear();
    this.sorted = undefined;
    return Promise.resolve();
  }

  forgetCached(): void {
    // Nothing is kept beside the rows.
  }

  /** Every row, in no order. */
  *entries(): Generator<readonly [mapKey: string, value: Buffer], void> {
    for (const [mapKey, value] of this.rows) yield [mapKey, mapKeyToBytes(value)];
  }

  /** The keys of every row, in no order. */
  keys(): IterableIterator<string> {
    return this.rows.keys();
  }

  snapshot(): BaseSnapshot {
    this.sorted ??= new SortedRows(Array.from(this.rows, ([mapKey, value]) => this.sortedRow(mapKey, value)));
    const snapshot = this.sorted.snapshot();
    return { scan: (range) => new MemoryCursor(snapshot, range), close: () => Promise.resolve() };
  }

  count(): number {
    return this.rows.size;
  }

  private sortedRow(mapKey: string, value: string): SortedRow {
    return { sortKey: this.sortKey(mapKey), mapKey, value };
  }

  private sortKey(mapKey: string): string {
    const { prefixLength } = this.layout;
    if (prefixLength === 0) return mapKey;
    const row = Buffer.allocUnsafe(prefixLength + mapKey.length);
    row.latin1Write(mapKey, prefixLength);
    this.layout.writePrefix(row, 0);
    return bytesToMapKey(row);
  }
}

class MemoryCursor implements RowCursor {
  private readonly walk: Iterator<SortedRow, void>;

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
      const { mapKey, value } = step.value;
      rows.push({ key: mapKeyToBytes(mapKey), value: mapKeyToBytes(value) });
    }
    return Promise.resolve(rows);
  }

  close(): Promise<void> {
    this.walk.return?.();
    return Promise.resolve();
  }
}
