import { internal } from '../../util/errors.js';
import { copyBytes, readInt64 } from '../../util/bytes.js';
import type { Base } from '../base.js';
import { CommittedNumber } from '../committed-number.js';
import type { CacheCounters, RecordContext } from '../store.js';
import { ACTIVE, ATTACHED, CACHED, CachedChange, Entry, EntryList, FROZEN, UNCOMMITTED } from './entry.js';
import type { OverlayMemory } from './overlay-memory.js';

/** Buffers that view a larger allocation than this (a fetched batch, say) are copied, lest a small value keeps it alive. */
const MAX_SHARED_BYTES = 16_384;

/**
 * The uncommitted changes of one store over its base. At most three generations of a key are alive:
 *
 *     writeCached -> CACHED --flush: write--> ACTIVE --freeze--> FROZEN --applied--> in the base
 *
 * An entry's `value` is the newest of them, which is what every read sees.
 */
export class Overlay {
  /**
   * Keys that are there, approximately: a key that is written without having been read counts as new, unless it is in the
   * overlay or its row is kept in memory.
   */
  readonly count = new CommittedNumber(0);
  /** Whether the values before the changes of the record cache will be asked for at their flush. */
  keepsOldValues = false;
  /** Goes up with each change of the overlay or its base. */
  private version = 0;
  private readonly entries = new Map<string, Entry>();
  private readonly dirty = new EntryList();
  private active: Entry[] = [];
  private frozen: Entry[] = [];
  /** What a row holds before its value: the timestamp, in a timestamped store. */
  private readonly head: Buffer;

  constructor(
    private readonly base: Base,
    private readonly memory: OverlayMemory,
    private readonly timestamped: boolean,
    private readonly reads: CacheCounters = { hits: { value: 0 }, misses: { value: 0 } },
  ) {
    this.head = Buffer.alloc(timestamped ? 8 : 0);
  }

  /** The entry of a key, if there is one. */
  find(mapKey: string): Entry | undefined {
    return this.entries.get(mapKey);
  }

  /** The entry of a key: the overlay's, or one that stands outside of it until it is read or written. */
  entry(mapKey: string): Entry {
    return this.find(mapKey) ?? new Entry(mapKey);
  }

  /** An entry held since an earlier call, or what has taken its place. */
  again(entry: Entry): Entry {
    if ((entry.state & ATTACHED) !== 0 || entry.readAt === this.version) return entry;
    const found = this.entries.get(entry.mapKey);
    if (found !== undefined) return found;
    entry.forget();
    return entry;
  }

  /** The base was written to, by restoring. */
  baseChanged(): void {
    this.version++;
  }

  /** The value of a key, from the base if need be. */
  read(entry: Entry): Buffer | null {
    if (entry.value !== undefined || this.readCached(entry)) this.reads.hits.value++;
    else {
      this.reads.misses.value++;
      this.readBase(entry);
    }
    return entry.value ?? null;
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
    const change = (entry.change ??= this.changeOf(entry));
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
      const before = new Entry(entry.mapKey);
      if (!this.readCached(before)) this.readBase(before);
      change.oldValue = before.value ?? null;
      change.oldTimestamp = before.timestamp;
    }
    return change.oldValue;
  }

  /** Undoes a change that was taken out of the record cache: the store refused it. */
  undo(entry: Entry, change: CachedChange): void {
    this.set(entry, this.oldValue(entry, change), change.oldTimestamp);
    this.memory.recount(entry, false);
  }

  /** What a present entry holds is gone by itself: it is absent from now on. */
  expire(entry: Entry): void {
    this.set(entry, null, -1);
  }

  /** Makes what is active the frozen generation. */
  freeze(): void {
    if (this.frozen.length > 0) {
      throw internal('STATE_FROZEN_TWICE', 'State was frozen again before the commit under way was applied or aborted');
    }
    for (const entry of this.active) entry.freeze();
    this.frozen = this.active;
    this.active = [];
  }

  /** What the commit under way writes: `frozenValue` and `frozenTimestamp` of each. */
  get frozenEntries(): readonly Entry[] {
    return this.frozen;
  }

  /** The base holds the frozen generation from now on. */
  applied(): void {
    const entries = this.frozen;
    this.frozen = [];
    this.version++;
    // Most often nothing was written since the freeze, and the map is emptied as a whole.
    const all = entries.length === this.entries.size && this.dirty.head === undefined && this.active.length === 0;
    if (all) this.entries.clear();
    for (const entry of entries) {
      entry.state &= ~FROZEN;
      entry.frozenValue = null;
      if ((entry.state & UNCOMMITTED) !== 0) continue;
      this.memory.remove(entry, false);
      if (!all) this.entries.delete(entry.mapKey);
      entry.leave();
    }
  }

  /** Drops every uncommitted change. */
  abort(): void {
    this.version++;
    for (const entry of this.uncommitted()) {
      if ((entry.state & ATTACHED) === 0) continue;
      this.memory.remove(entry, entry.change !== undefined);
      if (entry.change !== undefined) this.dirty.remove(entry);
      entry.change = undefined;
      this.entries.delete(entry.mapKey);
      entry.leave();
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
    yield* this.frozen;
  }

  /** The keys of every entry. */
  keys(): IterableIterator<string> {
    return this.entries.keys();
  }

  /** What is read back from the base if need be does not stay in memory until the flush. */
  private changeOf(entry: Entry): CachedChange {
    const keeps = this.keepsOldValues || (entry.state & UNCOMMITTED) !== 0;
    return new CachedChange(keeps ? entry.value : undefined, entry.timestamp);
  }

  private set(entry: Entry, value: Buffer | null, timestamp: number): void {
    if (entry.present) this.count.current--;
    if (value !== null) this.count.current++;
    entry.set(value, timestamp);
  }

  private beginChange(entry: Entry): void {
    if ((entry.state & ATTACHED) !== 0) return;
    if (entry.value === undefined) this.readCached(entry); // so that it is not counted twice
    this.version++;
    this.entries.set(entry.mapKey, entry);
    entry.state |= ATTACHED;
  }

  /** Takes over the row of the base if it is in memory. */
  private readCached(entry: Entry): boolean {
    const value = this.base.cached(entry.mapKey, this.head);
    if (value === undefined) return false;
    this.take(entry, value);
    return true;
  }

  private readBase(entry: Entry): void {
    const row = this.base.get(entry.mapKey);
    if (row !== undefined) copyBytes(row, 0, this.head, 0, this.head.length);
    this.take(entry, row?.subarray(this.head.length) ?? null);
  }

  /** Takes over a value of the base; its timestamp stands in `head`. */
  private take(entry: Entry, value: Buffer | null): void {
    if (!this.base.shared) entry.readAt = this.version;
    entry.value = value;
    if (value !== null && this.timestamped) entry.timestamp = readInt64(this.head, 0);
  }
}

function ownValue(value: Buffer | null): Buffer | null {
  if (value === null || value.length >= MAX_SHARED_BYTES) return value;
  return value.buffer.byteLength > MAX_SHARED_BYTES ? Buffer.from(value) : value;
}
