import { mapKeyToBytes } from '../../util/bytes.js';
import type { Headers } from '../../util/headers.js';
import { NO_HEADERS } from '../../util/headers.js';
import type { RecordContext } from '../store.js';

/** Written and logged since the last freeze. */
export const ACTIVE = 1;
/** Part of the frozen generation. */
export const FROZEN = 2;
/** Changed in the record cache: neither logged nor forwarded yet. */
export const CACHED = 4;
/** Found in its overlay's map. */
export const ATTACHED = 8;
/** Any reason for which the base does not hold the entry's value. */
export const UNCOMMITTED = ACTIVE | FROZEN | CACHED;

/** What a record cache remembers of a change until it is flushed; handed to the flush listener as the record's context. */
export class CachedChange implements RecordContext {
  topic = '';
  partition = -1;
  offset = -1;
  timestamp = -1;
  headers: Headers = NO_HEADERS;

  constructor(
    /** Value before the first unflushed change; undefined while it was not read. */
    public oldValue: Buffer | null | undefined,
    public oldTimestamp: number,
  ) {}

  /** Takes over the record that causes the change; the last one counts. */
  causedBy(record: RecordContext | undefined): void {
    if (record === undefined) return;
    this.topic = record.topic;
    this.partition = record.partition;
    this.offset = record.offset;
    this.timestamp = record.timestamp;
    this.headers = record.headers;
  }
}

/**
 * One key of one store, as the overlay knows it. The key's bytes are there only while they are needed: a small Buffer is an
 * object of some 100 bytes and keeps the whole 8 KiB alive that it was cut from, and many entries live until the commit.
 */
export class Entry {
  /** Newest value; null: the key is absent; undefined: not read from the base yet. */
  value: Buffer | null | undefined = undefined;
  /** Timestamp of the value in a timestamped store; -1 else. */
  timestamp = -1;
  state = 0;
  /** The overlay's version when the value was read from its base; an entry outside of the overlay is true as long. */
  readAt = -1;
  /** What it counts for in the memory ledger. */
  bytes = 0;
  change: CachedChange | undefined = undefined;
  /** What the commit under way writes, while {@link FROZEN}. */
  frozenValue: Buffer | null = null;
  frozenTimestamp = -1;
  previous: Entry | undefined = undefined;
  next: Entry | undefined = undefined;

  private keyBytes: Buffer | undefined = undefined;

  constructor(
    /** The key's bytes, one character per byte. */
    readonly mapKey: string,
  ) {}

  /** The key as the changelog has it; made at the first call after {@link releaseKey}. */
  get key(): Buffer {
    return (this.keyBytes ??= mapKeyToBytes(this.mapKey));
  }

  releaseKey(): void {
    this.keyBytes = undefined;
  }

  /** Sets the newest value. */
  set(value: Buffer | null, timestamp: number): void {
    this.value = value;
    this.timestamp = timestamp;
  }

  /** What is logged becomes what is frozen; a change in the record cache is not logged yet. */
  freeze(): void {
    const { change } = this;
    this.frozenValue = (change === undefined ? this.value : change.oldValue) ?? null;
    this.frozenTimestamp = change === undefined ? this.timestamp : change.oldTimestamp;
    this.state = (this.state & ~ACTIVE) | FROZEN;
  }

  /** It is out of its overlay. */
  leave(): void {
    this.state = 0;
    this.forget();
  }

  /** Forgets the value: what it is has to be asked of the base. */
  forget(): void {
    this.value = undefined;
  }

  /** Whether the key is known to be there. */
  get present(): boolean {
    return this.value !== null && this.value !== undefined;
  }
}

/** A doubly linked list through the entries; an entry stands in at most one list. */
export class EntryList {
  head: Entry | undefined = undefined;
  private tail: Entry | undefined = undefined;

  append(entry: Entry): void {
    entry.previous = this.tail;
    entry.next = undefined;
    if (this.tail === undefined) this.head = entry;
    else this.tail.next = entry;
    this.tail = entry;
  }

  remove(entry: Entry): void {
    if (entry.previous === undefined) this.head = entry.next;
    else entry.previous.next = entry.next;
    if (entry.next === undefined) this.tail = entry.previous;
    else entry.next.previous = entry.previous;
    entry.previous = undefined;
    entry.next = undefined;
  }

  moveToEnd(entry: Entry): void {
    if (entry === this.tail) return;
    this.remove(entry);
    this.append(entry);
  }
}
