import type { Serde } from '../../serde/serde.js';
import type { Windowed } from '../../serde/windowed.js';
import { ATTACHED } from '../overlay/entry.js';
import type { Entry } from '../overlay/entry.js';
import type { BoundsIndex } from '../bounds/bounds-index.js';
import { SESSION_SUFFIX, sessionEndOf, sessionKey, sessionStartOf } from '../changelog/session-format.js';
import { scanTable } from '../scan.js';
import type { SessionEntry, SessionStore, SessionStoreDefinition, StoreContext } from '../store.js';
import type { Table, WriteRule } from '../table.js';
import type { ValueCodec } from '../value-codec.js';
import { bytesToMapKey } from '../../util/bytes.js';
import { RememberedRows } from '../window/remembered-rows.js';
import type { WindowExpiry } from '../window/window-expiry.js';
import type { SessionLayout } from './session-layout.js';

/** What a {@link TableSessionStore} is made of. */
export interface SessionStoreParts<V> {
  readonly definition: SessionStoreDefinition;
  readonly table: Table;
  readonly values: ValueCodec<V>;
  readonly expiry: WindowExpiry;
  readonly index: BoundsIndex;
  readonly layout: SessionLayout;
  readonly context: StoreContext;
}

/** A session store of a task: one row per session, and heads that list the sessions of a key. */
export class TableSessionStore<K, V> implements SessionStore<K, V>, WriteRule {
  readonly name: string;
  readonly definition: SessionStoreDefinition;
  private readonly keySerde: Serde<K>;
  /** Largest session end put so far, those in the record cache included. */
  private latestMs = -1;
  private readonly remembered = new RememberedRows();

  constructor(private readonly parts: SessionStoreParts<V>) {
    this.definition = parts.definition;
    this.name = parts.definition.name;
    this.keySerde = parts.definition.keySerde as Serde<K>; // the definition stands in a list of stores of any type
    parts.table.rule = this;
  }

  get observedTimeMs(): number {
    return this.parts.expiry.observed.current;
  }

  fetchSession(key: K, startMs: number, endMs: number): V | undefined {
    return this.readShown(this.entry(sessionKey(this.keySerde.serialize(key), startMs, endMs)), endMs);
  }

  findSessions(key: K, earliestEndMs: number, latestStartMs: number): readonly SessionEntry<K, V>[] {
    const { expiry, index } = this.parts;
    const keyBytes = this.keySerde.serialize(key);
    const keyText = bytesToMapKey(keyBytes);
    const found: SessionEntry<K, V>[] = [];
    const last = expiry.segmentOf(Math.max(this.latestMs, this.observedTimeMs));
    for (let segment = this.firstSegment(earliestEndMs); segment <= last; segment++) {
      const bounds = index.bounds(keyText, segment);
      for (let at = bounds.indexFrom(earliestEndMs); at < bounds.size; at++) {
        const startMs = bounds.secondAt(at);
        const endMs = bounds.firstAt(at);
        if (startMs > latestStartMs) continue;
        const value = this.readShown(this.entry(sessionKey(keyBytes, startMs, endMs)), endMs);
        if (value !== undefined) found.push({ key, startMs, endMs, value });
      }
    }
    return found;
  }

  fetch(key: K): readonly SessionEntry<K, V>[] {
    return this.findSessions(key, 0, Number.MAX_SAFE_INTEGER);
  }

  sessionsEndingWithin(earliestEndMs: number, latestEndMs: number): AsyncIterable<SessionEntry<K, V>> {
    const { definition, expiry } = this.parts;
    // Sessions on disk are forgotten by whole segments here, since a session that closes has always outlived the retention.
    const oldestMs =
      definition.storage === 'memory' ? expiry.oldestShownMs : expiry.oldestLiveSegment * expiry.segmentMs;
    return this.scan(Math.max(0, earliestEndMs, oldestMs), latestEndMs);
  }

  all(): AsyncIterable<SessionEntry<K, V>> {
    const shownMs = this.parts.expiry.oldestShownMs;
    const fromMs = Math.min(shownMs, this.remembered.oldestMs);
    return this.scan(fromMs, Number.MAX_SAFE_INTEGER, (mapKey, endMs) => endMs >= shownMs || this.isCached(mapKey));
  }

  put({ key, start, end }: Windowed<K>, value: V | null): void {
    const { table, values, index, expiry } = this.parts;
    const keyBytes = this.keySerde.serialize(key);
    const entry = this.entry(sessionKey(keyBytes, start, end));
    if (end > this.latestMs) this.latestMs = end;
    // A head must list all that is there; what is not there leaves it when it leaves the record cache (`accept`).
    if (value !== null) index.add(bytesToMapKey(keyBytes), expiry.segmentOf(end), end, start);
    table.put(entry, value === null ? null : values.bytesOf(value), -1);
  }

  remove(session: Windowed<K>): void {
    this.put(session, null);
  }

  /** Called by the table for each write that gets past the record cache. */
  accept(entry: Entry, value: Buffer | null): boolean {
    const endMs = sessionEndOf(entry.key);
    const accepted = this.parts.expiry.observe(endMs);
    if (!accepted) this.parts.context.onExpired(this.name);
    if (accepted && this.parts.table.caching) this.remembered.add(entry.mapKey, endMs);
    if (!accepted || value === null) this.unlist(entry.mapKey, entry.key);
    return accepted;
  }

  /** The oldest segment that anything is read from, as of the last commit; everything below may be deleted. */
  get oldestCommittedSegment(): number {
    return this.parts.expiry.oldestSegmentBeside(this.remembered);
  }

  /** The key of a change that leaves the record cache. */
  windowedKey({ key }: Entry): Windowed<K> {
    return { key: this.keyOf(key), start: sessionStartOf(key), end: sessionEndOf(key) };
  }

  /** A row was restored: its end is observed, its head changed. False when it has expired. */
  restored(mapKey: string, key: Buffer, value: Buffer | null): boolean {
    const { expiry, index } = this.parts;
    const endMs = sessionEndOf(key);
    if (!expiry.observe(endMs)) return false;
    if (value === null) this.unlist(mapKey, key);
    else index.add(mapKey.slice(0, -SESSION_SUFFIX), expiry.segmentOf(endMs), endMs, sessionStartOf(key));
    return true;
  }

  /** Only what is committed counts: after an abort, or a wipe. */
  reset(): void {
    this.latestMs = -1;
    this.remembered.clear();
  }

  private unlist(mapKey: string, key: Buffer): void {
    const endMs = sessionEndOf(key);
    const segment = this.parts.expiry.segmentOf(endMs);
    this.parts.index.remove(mapKey.slice(0, -SESSION_SUFFIX), segment, endMs, sessionStartOf(key));
  }

  private scan(
    fromMs: number,
    toMs: number,
    shows: (mapKey: string, endMs: number) => boolean = () => true,
  ): AsyncIterable<SessionEntry<K, V>> {
    const { layout, table, values } = this.parts;
    const lastMs = Math.min(toMs, Math.max(this.latestMs, this.observedTimeMs));
    const sections = lastMs < fromMs ? [] : layout.sections(fromMs, lastMs);
    return scanTable(table, sections, (key, value, valueStart, timestamp) => {
      const endMs = sessionEndOf(key);
      if (endMs < fromMs || endMs > lastMs || !shows(bytesToMapKey(key), endMs)) return undefined;
      const decoded = values.decode(value, valueStart, timestamp);
      return { key: this.keyOf(key), startMs: sessionStartOf(key), endMs, value: decoded };
    });
  }

  /** Expired sessions are hidden, but not those that the record cache still holds, as in Kafka Streams. */
  private readShown(entry: Entry, endMs: number): V | undefined {
    const { expiry, table, values } = this.parts;
    if (expiry.isExpired(endMs) && !this.isCached(entry.mapKey)) return undefined;
    const value = table.overlay.read(entry);
    return value === null ? undefined : values.decode(value, 0, -1);
  }

  /** Whether the record cache holds a session, or Kafka Streams' would. */
  private isCached(mapKey: string): boolean {
    const { table } = this.parts;
    if (!table.caching) return false;
    return this.remembered.has(mapKey) || (table.entry(mapKey).state & ATTACHED) !== 0;
  }

  /** The first segment in which a session that ends at or after a time can be. */
  private firstSegment(earliestEndMs: number): number {
    const { expiry, table, definition } = this.parts;
    const cachedMs = Math.min(this.latestMs - definition.retentionMs, this.remembered.oldestMs);
    const oldestMs = table.caching ? cachedMs : expiry.oldestShownMs;
    return expiry.segmentOf(Math.max(0, earliestEndMs, oldestMs));
  }

  private entry(key: Buffer): Entry {
    return this.parts.table.entry(bytesToMapKey(key));
  }

  private keyOf(key: Buffer): K {
    return this.keySerde.deserialize(key, 0, key.length - SESSION_SUFFIX);
  }
}
