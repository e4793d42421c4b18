import type { Iterator } from 'classic-level';
import type { BaseSnapshot, Row, RowBatch, RowCursor, RowLayout, WritableBase } from '../base.js';
import { boundsOf, successorOf } from '../base.js';
import type { LevelDatabase } from './level-database.js';
import { storePrefix } from './row-keys.js';

/** Rows and bytes that a scan reads ahead at most. */
const READ_AHEAD_ROWS = 256;
const READ_AHEAD_BYTES = 64 * 1024;

/** The rows of one store in the database of its task. */
export class LevelBase implements WritableBase {
  private readonly prefix: Buffer;
  private readonly keyStart: number;

  constructor(
    private readonly database: LevelDatabase,
    storeId: number,
    private readonly layout: RowLayout,
    /** False where another thread writes, so that what was read may be out of date. */
    readonly worthKeeping = true,
  ) {
    this.prefix = storePrefix(storeId);
    this.keyStart = this.prefix.length + layout.prefixLength;
  }

  get(_mapKey: string, key: Buffer): Buffer | undefined {
    return this.database.getSync(this.rowKey(key));
  }

  put(batch: RowBatch, _mapKey: string, key: Buffer, value: Buffer): void {
    batch.put(this.rowKey(key), value);
  }

  delete(batch: RowBatch, _mapKey: string, key: Buffer): void {
    batch.delete(this.rowKey(key));
  }

  snapshot(): BaseSnapshot {
    const snapshot = this.database.snapshot();
    return {
      scan: (range) => {
        const prefix = Buffer.concat([this.prefix, range.prefix]);
        const { from, before } = boundsOf({ ...range, prefix });
        const iterator = this.database.iterator({
          gte: from,
          ...(before === undefined ? {} : { lt: before }),
          reverse: range.reverse,
          snapshot,
          highWaterMarkBytes: READ_AHEAD_BYTES,
        });
        return new LevelCursor(iterator, this.keyStart);
      },
      close: () => snapshot.close(),
    };
  }

  async deleteBelow(prefix: Buffer): Promise<void> {
    await this.database.clear({ gte: this.prefix, lt: Buffer.concat([this.prefix, prefix]) });
  }

  async clear(): Promise<void> {
    await this.database.clear({ gte: this.prefix, lt: this.end() });
  }

  count(): undefined {
    return undefined;
  }

  private end(): Buffer {
    return successorOf(this.prefix) ?? this.prefix; // store ids end below ffff
  }

  private rowKey(key: Buffer): Buffer {
    const rowKey = Buffer.allocUnsafe(this.keyStart + key.length);
    rowKey[0] = this.prefix[0] as number; // the prefix has two bytes
    rowKey[1] = this.prefix[1] as number;
    if (this.keyStart > 2) this.layout.writePrefix(key, rowKey, 2);
    key.copy(rowKey, this.keyStart);
    return rowKey;
  }
}

class LevelCursor implements RowCursor {
  constructor(
    private readonly iterator: Iterator<LevelDatabase, Buffer, Buffer>,
    private readonly keyStart: number,
  ) {}

  async next(): Promise<readonly Row[]> {
    const rows = await this.iterator.nextv(READ_AHEAD_ROWS);
    return rows.map(([key, value]) => ({ key: key.subarray(this.keyStart), value }));
  }

  close(): Promise<void> {
    return this.iterator.close();
  }
}
