import type { Serde } from '../../serde/serde.js';
import { bytesToMapKey, mapKeyToBytes, readInt64 } from '../../util/bytes.js';
import { NO_HEADERS } from '../../util/headers.js';
import { pendingRowBytes, readPendingRow, sequenceBytes } from '../changelog/pending-format.js';
import type { MemoryBase } from '../memory/memory-base.js';
import type { PendingBufferDefinition } from '../store.js';
import type { Table } from '../table.js';
import type { PendingBuffer, PendingRecord } from './pending-store.js';

/**
 * The buffer of records whose outcome is awaited. They are objects in memory; what is still there when the task commits
 * becomes a row (overlay, base) and a record of the changelog, so that one that came and went within a commit costs neither.
 */
export class TablePendingBuffer<V> implements PendingBuffer<V> {
  readonly name: string;
  private readonly valueSerde: Serde<V>;
  private readonly records = new Map<number, PendingRecord<V>>();
  /** Those of which there is a row. */
  private readonly logged = new Set<number>();
  /** Those whose row has to be written, or deleted, with the next commit. */
  private readonly changed = new Set<number>();
  /** The records are those of the rows, and what was changed since. */
  private loaded = false;
  private lastSequence = -1;

  constructor(
    readonly definition: PendingBufferDefinition,
    private readonly table: Table,
    private readonly base: MemoryBase,
  ) {
    this.name = definition.name;
    this.valueSerde = definition.valueSerde as Serde<V>; // the definition stands in a list of stores of any type
  }

  get size(): number {
    return this.loaded ? this.records.size : this.base.count();
  }

  add(record: PendingRecord<V>): number {
    this.load();
    const sequence = ++this.lastSequence;
    this.records.set(sequence, record);
    this.changed.add(sequence);
    return sequence;
  }

  update(sequence: number, record: PendingRecord<V>): void {
    this.records.set(sequence, record);
    this.changed.add(sequence);
  }

  remove(sequence: number): void {
    this.records.delete(sequence);
    if (this.logged.has(sequence)) this.changed.add(sequence);
    else this.changed.delete(sequence);
  }

  all(): readonly (readonly [number, PendingRecord<V>])[] {
    this.load();
    return [...this.records];
  }

  /** Logs up to `limit` of the records that were changed since they were logged last; gives how many there were. */
  logChanges(limit: number): number {
    let logged = 0;
    for (const sequence of this.changed) {
      if (logged === limit) break;
      logged++;
      this.changed.delete(sequence);
      this.log(sequence, this.records.get(sequence));
    }
    return logged;
  }

  /** The committed rows are all there is. */
  reset(): void {
    this.records.clear();
    this.logged.clear();
    this.changed.clear();
    this.loaded = false;
  }

  private load(): void {
    if (this.loaded) return;
    this.loaded = true;
    this.lastSequence = -1;
    const rows = [...this.base.entries()].map(([mapKey, row]) => [readInt64(mapKeyToBytes(mapKey), 0), row] as const);
    for (const [sequence, row] of rows.sort(([one], [other]) => one - other)) {
      const { value, ...more } = readPendingRow(row);
      this.records.set(sequence, { ...more, value: this.valueSerde.deserialize(value, 0, value.length) });
      this.logged.add(sequence);
      this.lastSequence = sequence;
    }
  }

  private log(sequence: number, record: PendingRecord<V> | undefined): void {
    const key = sequenceBytes(sequence);
    const row =
      record === undefined ? null : pendingRowBytes({ ...record, value: this.valueSerde.serialize(record.value) });
    if (row === null) this.logged.delete(sequence);
    else this.logged.add(sequence);
    this.table.overlay.write(this.table.entry(bytesToMapKey(key)), row, -1);
    this.table.logAs(key, row, -1, NO_HEADERS);
  }
}
