import { internal } from '../../util/errors.js';
import { readInt64 } from '../../util/bytes.js';
import type { Base } from '../base.js';
import { CommittedNumber } from '../committed-number.js';
import type { CacheCounters, RecordContext } from '../store.js';
import type { EntryOwner } from './entry.js';
import { ACTIVE, ATTACHED, CACHED, CachedChange, Entry, EntryList, FROZEN, TOUCHED, UNCOMMITTED } from './entry.js';
import type { OverlayMemory } from './overlay-memory.js';
import { isClean } from './overlay-memory.js';

/** One row of the frozen generation: what the commit under way writes. */
export interface FrozenRow {
  readonly entry: Entry;
  readonly value: Buffer | null;
  readonly timestamp: number;
}

/** Buffers that view a larger allocation than this (a fetched batch, say) are copied, lest a small value keeps it alive. */
const MAX_SHARED_BYTES = 16_384;

/**
 * The uncommitted changes of one store over its base, and the clean entries that spare reads of the base. At most three
 * generations of a key are alive:
 *
 *     writeCached -> CACHED --flush: write--> ACTIVE --freeze--> FROZEN --applied--> clean (equal to the base)
 *
 * An entry's `value` is the newest of them, which is what every read sees.
 */
export class Overlay implements EntryOwner {
  /**
   * Keys that are there, approximately: a key that is written without having been read counts as new. A write to it is
   * known to be another one as long as the key is in the overlay.
   */
  readonly count = new CommittedNumber(0);
  private readonly entries = new Map<string, Entry>();
  private readonly dirty = new EntryList();
  private active: Entry[] = [];
  private frozen: FrozenRow[] = [];

  constructor(
    private readonly base: Base,
    private readonly memory: OverlayMemory,
    private readonly timestamped: boolean,
    private readonly reads: CacheCounters = { hits: { value: 0 }, misses: { value: 0 } },
  ) {}

  /** The entry of a key, if there is one. */
  find(mapKey: string): Entry | undefined {
    return this.entries.get(mapKey);
  }

  /** The value of a key, from the base if need be. */
  read(entry: Entry): Buffer | null {
    if (entry.value !== undefined) {
      entry.state |= TOUCHED;
      this.reads.hits.value++;
      return entry.value;
    }
    const compact = entry.expand();
    if (compact !== undefined) {
      this.reads.hits.value++;
      entry.state |= TOUCHED;
      this.memory.recountClean(entry);
      return compact;
    }
    this.reads.misses.value++;
    const value = this.load(entry);
    if (this.base.worthKeeping && (entry.state & ATTACHED) === 0) {
      this.attach(entry);
      this.memory.addClean(entry);
    }
    return value;
  }

  /** Sets a value that has been, or is being, logged. */
  write(entry: Entry, value: Buffer | null, timestamp: number): void {
    this.beginChange(entry);
    if ((entry.state & ACTIVE) === 0) {
      entry.state |= ACTIVE;
      this.active.push(entry);
    }
    this.set(entry, ownValue(value), timestamp);
    this.memory.recount(entry, false);
  }

  /** Sets a value in the record cache; it is logged and forwarded when it is flushed. */
  writeCached(entry: Entry, value: Buffer | null, timestamp: number, record: RecordContext | undefined): void {
    this.beginChange(entry);
    const wasCached = entry.change !== undefined;
    const change = (entry.change ??= new CachedChange(entry.expand() ?? entry.value, entry.timestamp));
    change.causedBy(record);
    entry.state |= CACHED;
    this.set(entry, ownValue(value), timestamp);
    this.memory.recount(entry, wasCached);
    if (wasCached) this.dirty.moveToEnd(entry);
    else this.dirty.append(entry);
  }

  /** The entry that leaves the record cache next; undefined when it is clean. */
  firstCached(): Entry | undefined {
    return this.dirty.head;
  }

  /** Takes an entry out of the record cache; its change is about to be logged, or undone by {@link undo}. */
  takeCached(entry: Entry): CachedChange {
    const change = entry.change;
    if (change === undefined) throw internal('STATE_ENTRY_NOT_CACHED', 'An entry left the record cache twice');
    this.dirty.remove(entry);
    entry.change = undefined;
    if ((entry.state & ACTIVE) === 0) this.active.push(entry);
    entry.state = (entry.state & ~CACHED) | ACTIVE;
    this.memory.recount(entry, true);
    return change;
  }

  /** The value before a change, from the base if it was not read then. */
  oldValue(entry: Entry, change: CachedChange): Buffer | null {
    if (change.oldValue === undefined) {
      const before = new Entry(this, entry.mapKey, entry.key);
      change.oldValue = this.load(before);
      change.oldTimestamp = before.timestamp;
    }
    return change.oldValue;
  }

  /** Undoes a change that was taken out of the record cache: the store refused it. */
  undo(entry: Entry, change: CachedChange): void {
    this.set(entry, this.oldValue(entry, change), change.oldTimestamp);
    this.memory.recount(entry, false);
  }

  /** Makes what is active the frozen generation. */
  freeze(): void {
    if (this.frozen.length > 0) {
      throw internal('STATE_FROZEN_TWICE', 'State was frozen again before the commit under way was applied or aborted');
    }
    for (const entry of this.active) {
      const { change } = entry;
      const value = (change === undefined ? entry.value : change.oldValue) ?? null;
      const timestamp = change === undefined ? entry.timestamp : change.oldTimestamp;
      this.frozen.push({ entry, value, timestamp });
      entry.state = (entry.state & ~ACTIVE) | FROZEN;
    }
    this.active = [];
  }

  /** What the commit under way writes. */
  get frozenRows(): readonly FrozenRow[] {
    return this.frozen;
  }

  /** The base holds the frozen generation from now on. */
  applied(): void {
    const rows = this.frozen;
    this.frozen = [];
    for (const { entry } of rows) {
      entry.state &= ~FROZEN;
      if ((entry.state & UNCOMMITTED) !== 0) continue;
      this.memory.removeUncommitted(entry, false);
      if (this.base.worthKeeping) this.memory.addClean(entry);
      else this.detach(entry);
    }
  }

  /** Drops every uncommitted change. */
  abort(): void {
    for (const entry of this.uncommitted()) {
      if ((entry.state & ATTACHED) === 0) continue;
      this.memory.removeUncommitted(entry, entry.change !== undefined);
      if (entry.change !== undefined) this.dirty.remove(entry);
      entry.change = undefined;
      this.detach(entry);
    }
    this.active = [];
    this.frozen = [];
  }

  /** Entries that differ from the base, in no order; one may come more than once. */
  *uncommitted(): Generator<Entry, void> {
    for (let entry = this.dirty.head; entry !== undefined;) {
      const { next } = entry;
      yield entry;
      entry = next;
    }
    yield* this.active;
    for (const row of this.frozen) yield row.entry;
  }

  /** The keys of every entry, clean ones too. */
  keys(): IterableIterator<string> {
    return this.entries.keys();
  }

  /** Evicts a clean entry. */
  forgetClean(entry: Entry): void {
    this.memory.removeClean(entry);
    this.detach(entry);
  }

  /** The base changed under the overlay (a restored record): a clean entry is no longer true. */
  invalidate(mapKey: string): void {
    const entry = this.entries.get(mapKey);
    if (entry !== undefined && isClean(entry)) this.forgetClean(entry);
  }

  /** Drops everything, clean entries too. */
  clear(): void {
    this.abort();
    for (const entry of [...this.entries.values()]) this.forgetClean(entry);
  }

  private set(entry: Entry, value: Buffer | null, timestamp: number): void {
    if (entry.present) this.count.current--;
    if (value !== null) this.count.current++;
    entry.set(value, timestamp);
  }

  private beginChange(entry: Entry): void {
    if ((entry.state & ATTACHED) === 0) this.attach(entry);
    else if ((entry.state & UNCOMMITTED) === 0) this.memory.removeClean(entry);
  }

  private attach(entry: Entry): void {
    this.entries.set(entry.mapKey, entry);
    entry.state |= ATTACHED;
  }

  private detach(entry: Entry): void {
    this.entries.delete(entry.mapKey);
    entry.state = 0;
    entry.forget();
  }

  private load(entry: Entry): Buffer | null {
    const row = this.base.get(entry.mapKey, entry.key) ?? null;
    if (row === null || !this.timestamped) return (entry.value = row);
    entry.timestamp = readInt64(row, 0);
    return (entry.value = row.subarray(8));
  }
}

function ownValue(value: Buffer | null): Buffer | null {
  if (value === null || value.length >= MAX_SHARED_BYTES) return value;
  return value.buffer.byteLength > MAX_SHARED_BYTES ? Buffer.from(value) : value;
}
