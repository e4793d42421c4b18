import { bytesToMapKey } from '../util/bytes.js';
import type { Headers } from '../util/headers.js';
import type { ChangelogPosition } from './store.js';
import type { StoreHandle } from './store-handle.js';
import type { StoreRestorer } from './task-state.js';
import { withTimestamp } from './value-codec.js';

interface RestoredRow {
  readonly mapKey: string;
  readonly value: Buffer | null;
}

/** Writes the restored rows of a store, and the position they bring it to, as one. */
export type WriteRestored = (
  handle: StoreHandle,
  rows: readonly RestoredRow[],
  position: ChangelogPosition,
) => Promise<void>;

/** Applies changelog records to one store. */
export class TableRestorer implements StoreRestorer {
  private rows: RestoredRow[] = [];
  private bytes = 0;

  constructor(
    private readonly handle: StoreHandle,
    private readonly write: WriteRestored,
  ) {}

  restore(key: Buffer, value: Buffer | null, timestamp: number, headers: Headers): void {
    const mapKey = bytesToMapKey(key);
    this.bytes += key.length + (value?.length ?? 0);
    if (!this.handle.restoring(mapKey, key, value, headers, timestamp)) return;
    const { table, expiring } = this.handle;
    const rowTime = expiring === undefined ? timestamp : expiring.expiry.restored(timestamp, headers);
    const stored = value !== null && table.timedRows ? withTimestamp(value, rowTime) : value;
    this.rows.push({ mapKey, value: stored });
    const displaced = this.handle.displacedBy?.(mapKey, stored !== null);
    if (displaced !== undefined) this.rows.push({ mapKey: displaced, value: null });
  }

  get bufferedBytes(): number {
    return this.bytes;
  }

  async flush(position: ChangelogPosition): Promise<void> {
    const { rows } = this;
    this.rows = [];
    this.bytes = 0;
    await this.write(this.handle, rows, position);
  }
}

export type { RestoredRow };
