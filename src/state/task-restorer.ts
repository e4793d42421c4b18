import { bytesToMapKey, mapKeyToBytes } from '../util/bytes.js';
import { RestoredRows } from './restored-rows.js';
import type { ChangelogPosition } from './store.js';
import type { StoreHandle } from './store-handle.js';
import type { ChangelogRecords, StoreRestorer } from './task-state.js';
import type { RestoredValues } from './writers/restored-values.js';

/** Writes the restored rows of a store, and the position they bring it to, as one. */
export type WriteRestored = (
  handle: StoreHandle,
  rows: RestoredRows,
  position: ChangelogPosition,
  /** Schemas that the rows were written by: text by fingerprint. */
  writers: ReadonlyMap<string, string>,
) => Promise<void>;

const NO_WRITERS: ReadonlyMap<string, string> = new Map();

/** Applies changelog records to one store. */
export class TableRestorer implements StoreRestorer {
  private readonly rows = new RestoredRows();
  /** Of records that the store makes something else of than rows. */
  private otherBytes = 0;

  constructor(
    private readonly handle: StoreHandle,
    private readonly write: WriteRestored,
    private readonly values: RestoredValues | undefined,
  ) {}

  knowsWriters(records: ChangelogRecords): boolean {
    return this.values?.knowsWriters(records) ?? true;
  }

  restore(logged: ChangelogRecords, before: number): number {
    const { restoring } = this.handle;
    const records = this.values?.recordsOf(logged) ?? logged;
    let taken = 0;
    for (let i = 0; i < records.length && records.offset(i) < before; i++) {
      if (records.keyStart(i) < 0) continue; // no store writes a null key; a source topic may hold one
      taken++;
      if (restoring === undefined || this.accepts(restoring, records, i)) this.put(records, i);
    }
    return taken;
  }

  get bufferedBytes(): number {
    return this.rows.byteLength + this.otherBytes;
  }

  async flush(position: ChangelogPosition): Promise<void> {
    this.otherBytes = 0;
    await this.write(this.handle, this.rows, position, this.values?.takeMet() ?? NO_WRITERS);
  }

  private accepts(restoring: NonNullable<StoreHandle['restoring']>, records: ChangelogRecords, i: number): boolean {
    const bytes = records.buffer(i);
    const key = bytes.subarray(records.keyStart(i), records.keyEnd(i));
    const valueStart = records.valueStart(i);
    const value = valueStart < 0 ? null : bytes.subarray(valueStart, records.valueEnd(i));
    if (restoring(bytesToMapKey(key), key, value, records.headers(i), records.timestamp(i))) return true;
    this.otherBytes += key.length + (value?.length ?? 0);
    return false;
  }

  private put(records: ChangelogRecords, i: number): void {
    const { table, expiring, displacedBy } = this.handle;
    const bytes = records.buffer(i);
    const keyStart = records.keyStart(i);
    const keyEnd = records.keyEnd(i);
    const valueStart = records.valueStart(i);
    let time: number | undefined;
    if (expiring !== undefined) time = expiring.expiry.restored(records.timestamp(i), records.headers(i));
    else if (table.timedRows) time = records.timestamp(i);
    this.rows.put(bytes, keyStart, keyEnd, valueStart, records.valueEnd(i), time);
    const displaced = displacedBy?.(bytes.latin1Slice(keyStart, keyEnd), valueStart >= 0);
    if (displaced !== undefined) this.rows.put(mapKeyToBytes(displaced), 0, displaced.length, -1, -1, undefined);
  }
}
