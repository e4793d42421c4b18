import { NO_HEADERS, type Headers } from '../util/headers.js';
import type { Base } from './base.js';
import type { Entry } from './overlay/entry.js';
import { Overlay } from './overlay/overlay.js';
import type { OverlayMemory } from './overlay/overlay-memory.js';
import type { EntryExpiry } from './expiry/entry-expiry.js';
import { keepsWriters, schemaOf, WRITER_BYTES } from './writers/stored-values.js';
import { writerHeaders } from './writers/restored-values.js';
import type { ChangelogWriter, RecordContext, StoreContext, StoreDefinition } from './store.js';

export interface TableOptions {
  readonly definition: StoreDefinition;
  readonly base: Base;
  readonly memory: OverlayMemory;
  readonly context: StoreContext;
  readonly timestamped: boolean;
  readonly caching: boolean;
  /** Of a store with a ttl. */
  readonly expiry?: EntryExpiry;
}

/** What a kind of store adds to each write that gets past the record cache. */
export interface WriteRule {
  /** Before the write is logged. False: the store refuses it (it has expired); it is logged all the same, as in Kafka Streams. */
  accept(entry: Entry, value: Buffer | null): boolean;
}

/** Told of a change that leaves the record cache; values as bytes. */
export type TableFlushListener = (
  entry: Entry,
  newValue: Buffer | null,
  oldValue: Buffer | null,
  timestamp: number,
  context: RecordContext,
) => void;

/**
 * One store on the level of bytes: the overlay over its base, and the way of a write through record cache and changelog.
 * The kinds of stores put types, and their own rules, around it.
 */
export class Table {
  readonly overlay: Overlay;
  readonly base: Base;
  readonly definition: StoreDefinition;
  readonly caching: boolean;
  /** Values have timestamps, with which they are logged. */
  readonly timestamped: boolean;
  /** Rows hold a time before the value: its timestamp, or when it is gone. */
  readonly timedRows: boolean;
  readonly expiry: EntryExpiry | undefined;
  rule: WriteRule | undefined;
  private readonly context: StoreContext;
  private readonly changelog: ChangelogWriter | undefined;
  private readonly logHeaders: boolean;
  /** Of a store whose values have a schema: what tells it in the changelog, and the bytes before the values, which stay here. */
  private readonly writer: { readonly headers: Headers; readonly bytes: number } | undefined;
  private listener: TableFlushListener | undefined;
  private sendOldValues = true;

  constructor(options: TableOptions) {
    this.definition = options.definition;
    this.base = options.base;
    this.context = options.context;
    this.caching = options.caching;
    this.timestamped = options.timestamped;
    this.expiry = options.expiry;
    this.timedRows = options.timestamped || options.expiry !== undefined;
    const reads = options.context.cacheCounters?.(options.definition.name);
    this.overlay = new Overlay(options.base, options.memory, this.timedRows, reads);
    this.changelog =
      options.definition.logging === false ? undefined : options.context.changelog(options.definition.name);
    this.logHeaders = options.definition.logHeaders ?? false;
    this.writer = writerOf(options.definition);
  }

  setFlushListener(listener: TableFlushListener, sendOldValues: boolean): void {
    this.listener = listener;
    this.sendOldValues = sendOldValues;
    this.overlay.keepsOldValues = sendOldValues;
  }

  /** The entry of a key: the overlay's, or one that stands outside of it until it is read or written. */
  entry(mapKey: string): Entry {
    return this.overlay.entry(mapKey);
  }

  /** A write by a processor: to the record cache, or straight on. */
  put(entry: Entry, value: Buffer | null, timestamp: number): void {
    const record = this.context.recordContext();
    if (this.caching) {
      this.overlay.writeCached(entry, value, timestamp, record);
      return;
    }
    if (this.rule?.accept(entry, value) !== false) this.overlay.write(entry, value, timestamp);
    this.log(entry.key, value, timestamp, record);
    entry.releaseKey();
  }

  /** Writes a change to the changelog: the plain value, with its own timestamp where the store keeps one. */
  log(key: Buffer, value: Buffer | null, timestamp: number, record: RecordContext | undefined): void {
    if (this.changelog === undefined) return;
    const time = this.timestamped && value !== null ? timestamp : record === undefined ? -1 : record.timestamp;
    this.send(key, value, time, this.headersToLog(value, timestamp, time, record));
  }

  private headersToLog(
    value: Buffer | null,
    rowTime: number,
    time: number,
    record: RecordContext | undefined,
  ): Headers {
    if (this.logHeaders) return record === undefined ? NO_HEADERS : record.headers;
    if (this.expiry === undefined || this.timestamped || value === null) return NO_HEADERS;
    return this.expiry.headersOf(rowTime, time);
  }

  /** Writes a record of a store's own making to its changelog. */
  logAs(key: Buffer, value: Buffer | null, timestamp: number, headers: Headers): void {
    this.send(key, value, timestamp, headers);
  }

  private send(key: Buffer, value: Buffer | null, timestamp: number, headers: Headers): void {
    const { changelog, writer } = this;
    if (writer === undefined || value === null) {
      changelog?.log(key, value, timestamp, headers);
      return;
    }
    const told = headers.length === 0 ? writer.headers : [...headers, ...writer.headers];
    changelog?.log(key, writer.bytes === 0 ? value : value.subarray(writer.bytes), timestamp, told);
  }

  /** Keys that are there, approximately. */
  approximateEntries(): number {
    const { count } = this.overlay;
    const committed = this.base.count() ?? count.committed;
    return Math.max(0, committed + count.current - count.committed);
  }

  /** The record being processed, for what a rule logs by itself. */
  recordContext(): RecordContext | undefined {
    return this.context.recordContext();
  }

  /** Flushes one change of the record cache; false when there is none. */
  flushOne(): boolean {
    const entry = this.overlay.firstCached();
    if (entry === undefined) return false;
    const change = this.overlay.takeCached(entry);
    const value = entry.value ?? null;
    const { listener } = this;
    let oldValue: Buffer | null = null;
    if (listener !== undefined && (value === null || this.sendOldValues)) {
      oldValue = this.overlay.oldValue(entry, change);
      // Deleted before it was ever flushed: nobody has heard of it.
      if (value === null && oldValue === null) return true;
    }
    const { timestamp } = entry;
    if (this.rule?.accept(entry, value) === false) this.overlay.undo(entry, change);
    this.log(entry.key, value, timestamp, change);
    if (listener !== undefined) {
      const time = this.timestamped && value !== null ? timestamp : change.timestamp;
      listener(entry, value, this.sendOldValues ? oldValue : null, time, change);
    }
    entry.releaseKey();
    return true;
  }
}

function writerOf(definition: StoreDefinition): { readonly headers: Headers; readonly bytes: number } | undefined {
  const schema = schemaOf(definition);
  return schema && { headers: writerHeaders(schema), bytes: keepsWriters(definition) ? WRITER_BYTES : 0 };
}
