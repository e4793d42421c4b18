import type { MemoryBase } from '../memory/memory-base.js';
import type { Entry } from '../overlay/entry.js';
import type { Table, WriteRule } from '../table.js';

/**
 * The rule of a store with `maxEntries`: a write beyond that count drops the key that was least recently read or written,
 * and logs its tombstone before the write itself. A timestamped store logs none, as in Kafka Streams: what a restore reads is
 * dropped by the same rule again, in the order of the changelog.
 */
export class Recency implements WriteRule {
  /** Present keys, the least recently used first. */
  private readonly keys = new Set<string>();

  constructor(
    private readonly table: Table,
    private readonly base: MemoryBase,
    private readonly maxEntries: number,
  ) {}

  accept(entry: Entry, value: Buffer | null): boolean {
    this.keys.delete(entry.mapKey);
    if (value === null) return true;
    this.keys.add(entry.mapKey);
    if (this.keys.size > this.maxEntries) this.dropEldest();
    return true;
  }

  /** A key was read. */
  touch(entry: Entry): void {
    if (this.keys.delete(entry.mapKey)) this.keys.add(entry.mapKey);
  }

  /** A row is restored; gives the key of the one that has to go for it. */
  restored(mapKey: string, present: boolean): string | undefined {
    this.keys.delete(mapKey);
    if (present) this.keys.add(mapKey);
    if (this.keys.size <= this.maxEntries) return undefined;
    return this.takeEldest();
  }

  /** Only committed keys are there: after an abort, or when the store was emptied. */
  reset(): void {
    const committed = new Set(this.base.keys());
    for (const key of this.keys) if (!committed.has(key)) this.keys.delete(key);
    for (const key of committed) this.keys.add(key);
  }

  private dropEldest(): void {
    const entry = this.table.entry(this.takeEldest());
    this.table.overlay.write(entry, null, -1);
    if (!this.table.timestamped) this.table.log(entry.key, null, -1, this.table.recordContext());
  }

  private takeEldest(): string {
    const eldest = this.keys.values().next().value as string; // there are more than `maxEntries`
    this.keys.delete(eldest);
    return eldest;
  }
}
