import type { BaseSnapshot, Row, RowBatch, RowCursor, RowLayout, WritableBase } from '../base.js';
import { boundsOf, keysWith } from '../base.js';
import { copyBytes, EMPTY_BYTES, ScratchBuffers } from '../../util/bytes.js';
import type { DatabaseIterator } from '../../util/database.js';
import { databaseError, LevelBatch, type LevelDatabase } from './level-database.js';
import type { RowCache } from './row-cache.js';
import { storePrefix } from './row-keys.js';

/** Rows and bytes that a scan reads ahead at most. */
const READ_AHEAD_ROWS = 256;
const READ_AHEAD_BYTES = 64 * 1024;

/** The rows of one store in the database of its task. */
export class LevelBase implements WritableBase {
  readonly shared: boolean;
  private readonly prefix: Buffer;
  private readonly keyStart: number;
  private readonly rowKeys = new ScratchBuffers();

  constructor(
    private readonly database: LevelDatabase,
    storeId: number,
    private readonly layout: RowLayout,
    /** Undefined where another thread writes, so that what was read may be out of date. */
    private readonly cache?: RowCache,
  ) {
    this.shared = cache === undefined;
    this.prefix = storePrefix(storeId);
    this.keyStart = this.prefix.length + layout.prefixLength;
  }

  cached(mapKey: string, head: Buffer): Buffer | null | undefined {
    return this.cache?.get(this.rowKey(mapKey), head);
  }

  get(mapKey: string): Buffer | undefined {
    const rowKey = this.rowKey(mapKey);
    const value = this.read(rowKey);
    this.cache?.set(rowKey, value ?? null);
    return value;
  }

  put(batch: RowBatch, mapKey: string, value: Buffer): void {
    const rowKey = this.rowKey(mapKey);
    batch.put(rowKey, value);
    this.cache?.set(rowKey, value);
  }

  delete(batch: RowBatch, mapKey: string): void {
    const rowKey = this.rowKey(mapKey);
    batch.delete(rowKey);
    this.cache?.set(rowKey, null);
  }

  restore(batch: RowBatch, source: Buffer, keyStart: number, keyEnd: number, value: Buffer | null): void {
    const rowKey = this.rowKeys.ofLength(this.keyStart + keyEnd - keyStart);
    copyBytes(source, keyStart, rowKey, this.keyStart, keyEnd - keyStart);
    this.writePrefix(rowKey);
    if (value === null) batch.delete(rowKey);
    else batch.put(rowKey, value);
    this.cache?.delete(rowKey);
  }

  snapshot(): BaseSnapshot {
    const snapshot = this.database.snapshot();
    return {
      scan: (range) => {
        const prefix = Buffer.concat([this.prefix, range.prefix]);
        const { from, before } = boundsOf({ ...range, prefix });
        const iterator = this.database.iterator({
          gte: from,
          ...(before && { lt: before }),
          reverse: range.reverse,
          snapshot,
          highWaterMarkBytes: READ_AHEAD_BYTES,
        });
        return new LevelCursor(iterator, this.keyStart);
      },
      close: () => snapshot.close(),
    };
  }

  async deleteBelow(prefix: Buffer, from: Buffer = EMPTY_BYTES): Promise<void> {
    const range = { gte: Buffer.concat([this.prefix, from]), lt: Buffer.concat([this.prefix, prefix]) };
    this.forgetCached();
    await this.database.clear(range);
  }

  async deleteRows(mapKeys: readonly string[]): Promise<void> {
    const batch = new LevelBatch(this.database);
    for (const mapKey of mapKeys) this.delete(batch, mapKey);
    await batch.write();
  }

  async clear(): Promise<void> {
    this.forgetCached();
    await this.database.clear(keysWith(this.prefix));
  }

  forgetCached(): void {
    this.cache?.clear();
  }

  count(): undefined {
    return undefined;
  }

  private read(rowKey: Buffer): Buffer | undefined {
    try {
      return this.database.getSync(rowKey);
    } catch (error) {
      throw databaseError(this.database.location, 'read', error);
    }
  }

  /** Stands until the next call. */
  private rowKey(mapKey: string): Buffer {
    const rowKey = this.rowKeys.ofLength(this.keyStart + mapKey.length);
    for (let i = 0; i < mapKey.length; i++) rowKey[this.keyStart + i] = mapKey.charCodeAt(i);
    this.writePrefix(rowKey);
    return rowKey;
  }

  private writePrefix(rowKey: Buffer): void {
    rowKey[0] = this.prefix[0] as number; // the prefix has two bytes
    rowKey[1] = this.prefix[1] as number;
    if (this.keyStart > 2) this.layout.writePrefix(rowKey, 2);
  }
}

class LevelCursor implements RowCursor {
  constructor(
    private readonly iterator: DatabaseIterator,
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
