import type { RowRange, WritableBase } from '../base.js';
import { bytesToMapKey, EMPTY_BYTES, readInt64 } from '../../util/bytes.js';
import { MemoryBase } from '../memory/memory-base.js';
import type { Overlay } from '../overlay/overlay.js';
import type { EntryExpiry } from './entry-expiry.js';

/** Rows that are looked at per row that was written: dead rows are so never many more than those that were alive at once. */
const LOOKS_PER_WRITE = 2;

/** Least and most rows that are looked at in one go. */
const MIN_LOOKS = 64;
const MAX_LOOKS = 10_000;

/**
 * Deletes the rows of a store whose entries are gone, a few with each commit: it walks through all rows, round and round, at
 * the pace at which they are written. So an entry needs no second row that tells its time.
 */
export class ExpiredRows {
  private looks = 0;
  /** The last key that was looked at. */
  private last: Buffer | undefined;
  /** Those of a store in memory that are still to be looked at in this round. */
  private keys: IterableIterator<string> | undefined;

  constructor(
    private readonly base: WritableBase,
    private readonly overlay: Overlay,
    private readonly expiry: EntryExpiry,
  ) {}

  /** That many rows are being committed. */
  written(rows: number): void {
    this.looks += rows * LOOKS_PER_WRITE;
  }

  /** No commit may be applied meanwhile. */
  async deleteSome(): Promise<void> {
    const looks = Math.min(MAX_LOOKS, Math.max(MIN_LOOKS, this.looks));
    this.looks = 0;
    const gone = await this.lookAt(looks);
    if (gone.length === 0) return;
    await this.base.deleteRows(gone);
    this.overlay.count.forget(gone.length);
    this.overlay.baseChanged();
  }

  private lookAt(looks: number): Promise<string[]> {
    return this.base instanceof MemoryBase
      ? Promise.resolve(this.lookInMemory(this.base, looks))
      : this.lookOnDisk(looks);
  }

  /** The rows in memory are not put in order for this. */
  private lookInMemory(base: MemoryBase, looks: number): string[] {
    const gone: string[] = [];
    this.keys ??= base.keys();
    for (let left = looks; left > 0; left--) {
      const next = this.keys.next();
      if (next.done === true) {
        this.keys = undefined;
        break;
      }
      const mapKey: string = next.value;
      const row = base.get(mapKey);
      if (row !== undefined && this.expiry.goneForGood(readInt64(row, 0))) gone.push(mapKey);
    }
    return gone;
  }

  private async lookOnDisk(looks: number): Promise<string[]> {
    const gone: string[] = [];
    const snapshot = this.base.snapshot();
    const cursor = snapshot.scan(this.rest());
    try {
      for (let left = looks; left > 0;) {
        const rows = (await cursor.next()).slice(0, left);
        for (const { key, value } of rows)
          if (this.expiry.goneForGood(readInt64(value, 0))) gone.push(bytesToMapKey(key));
        const last = rows.at(-1)?.key;
        this.last = last && Buffer.from(last);
        if (last === undefined) break;
        left -= rows.length;
      }
    } finally {
      await cursor.close();
      await snapshot.close();
    }
    return gone;
  }

  /** Rows from the last one that was looked at on. */
  private rest(): RowRange {
    return { prefix: EMPTY_BYTES, reverse: false, ...(this.last !== undefined && { from: this.last }) };
  }
}
