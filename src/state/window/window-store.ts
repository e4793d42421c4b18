import type { Serde } from '../../serde/serde.js';
import type { Windowed } from '../../serde/windowed.js';
import { string } from '../../serde/primitives.js';
import { bytesToMapKey } from '../../util/bytes.js';
import { ATTACHED } from '../overlay/entry.js';
import type { BoundsIndex } from '../bounds/bounds-index.js';
import {
  MAX_SEQUENCE,
  WINDOW_SUFFIX,
  sequenceOf,
  windowKey,
  windowStartOf,
  windowStartOfMapKey,
  writeWindowSuffix,
} from '../changelog/window-format.js';
import { internal } from '../../util/errors.js';
import { writeShortAscii } from '../ascii.js';
import { CommittedNumber } from '../committed-number.js';
import type { Entry } from '../overlay/entry.js';
import { scanTable } from '../scan.js';
import type { IndexedWindowStore, StoreContext, WindowEntry, WindowStoreDefinition } from '../store.js';
import type { Table, WriteRule } from '../table.js';
import type { ValueCodec } from '../value-codec.js';
import { windowEndIn } from './window-end.js';
import { RememberedRows } from './remembered-rows.js';
import type { WindowExpiry } from './window-expiry.js';
import type { WindowLayout } from './window-layout.js';

/**
 * A window store of a task, plain or timestamped: one row per key, window start and sequence number. With an index it tells
 * the windows of a key without a scan.
 */
export class TableWindowStore<K, V> implements IndexedWindowStore<K, V>, WriteRule {
  readonly name: string;
  /** Sequence number of the last put in a store that retains duplicates; 0 always in all others. */
  readonly sequence = new CommittedNumber(0);
  private readonly keySerde: Serde<K>;
  private readonly stringKeys: boolean;
  private readonly retainDuplicates: boolean;
  /** Key, start and sequence number of the window that is looked up; its first bytes are those of `lastKey`. */
  private scratch = Buffer.allocUnsafe(256);
  private keyLength = 0;
  private lastKey: K | undefined;
  private lastStartMs = -1;
  private lastEntry: Entry | undefined;
  /** Largest window start put so far, those in the record cache included. */
  private latestMs = -1;
  private readonly remembered = new RememberedRows();

  constructor(
    readonly definition: WindowStoreDefinition,
    private readonly table: Table,
    private readonly values: ValueCodec<V>,
    private readonly expiry: WindowExpiry,
    private readonly context: StoreContext,
    private readonly layout: WindowLayout,
    private readonly index?: BoundsIndex,
  ) {
    this.name = definition.name;
    this.keySerde = definition.keySerde as Serde<K>; // the definition stands in a list of stores of any type
    this.stringKeys = definition.keySerde === string();
    this.retainDuplicates = definition.retainDuplicates;
    table.rule = this;
  }

  get observedTimeMs(): number {
    return this.expiry.observed.current;
  }

  /** Expired windows are hidden, but not those that the record cache still holds, as in Kafka Streams. */
  fetch(key: K, startMs: number): V | undefined {
    const entry = this.entry(key, startMs, this.sequence.current);
    if (this.expiry.isExpired(startMs) && !this.isCached(entry)) return undefined;
    const value = this.table.overlay.read(entry);
    return value === null ? undefined : this.values.decode(value, 0, entry.timestamp);
  }

  put(key: K, value: V | null, startMs: number): void {
    if (this.retainDuplicates) this.sequence.current = (this.sequence.current + 1) & MAX_SEQUENCE;
    if (this.retainDuplicates && value === null) {
      this.putNothing(key, startMs);
      return;
    }
    const entry = this.entry(key, startMs, this.sequence.current);
    if (this.index !== undefined && value !== null) this.list(entry.mapKey, startMs);
    if (value === null) this.table.put(entry, null, -1);
    else this.table.put(entry, this.values.bytesOf(value), this.values.timestampOf(value));
  }

  /** Called by the table for each write that gets past the record cache. */
  accept(entry: Entry, value: Buffer | null): boolean {
    const startMs = windowStartOfMapKey(entry.mapKey);
    const accepted = this.expiry.observe(startMs);
    if (accepted && this.table.caching) this.remembered.add(entry.mapKey, startMs);
    if (!accepted || value === null) this.unlist(entry.mapKey);
    if (!accepted) this.context.onExpired(this.name);
    return accepted;
  }

  *windowsOf(key: K, fromMs: number, toMs: number): Generator<WindowEntry<K, V>, void> {
    const { index, expiry } = this;
    if (index === undefined)
      throw internal('STORE_NOT_INDEXED', `The store "${this.name}" has no index of its windows`);
    const keyText = bytesToMapKey(this.keySerde.serialize(key));
    const oldestMs = this.table.caching ? this.latestMs - this.definition.retentionMs : expiry.oldestShownMs;
    const from = Math.max(0, fromMs, oldestMs);
    const latestMs = Math.min(toMs, Math.max(this.latestMs, this.observedTimeMs));
    for (let segment = expiry.segmentOf(latestMs); segment >= expiry.segmentOf(from); segment--) {
      const bounds = index.bounds(keyText, segment);
      for (let at = bounds.indexFrom(latestMs + 1) - 1; at >= 0 && bounds.firstAt(at) >= from; at--) {
        const startMs = bounds.firstAt(at);
        const value = this.fetch(key, startMs);
        if (value !== undefined) yield this.windowEntry(key, startMs, value);
      }
    }
  }

  fetchRange(key: K, fromMs: number, toMs: number): AsyncIterable<WindowEntry<K, V>> {
    return this.scanKey(key, fromMs, toMs, false);
  }

  backwardFetchRange(key: K, fromMs: number, toMs: number): AsyncIterable<WindowEntry<K, V>> {
    return this.scanKey(key, fromMs, toMs, true);
  }

  fetchAll(fromMs: number, toMs: number): AsyncIterable<WindowEntry<K, V>> {
    const [from, to] = this.shown(fromMs, toMs);
    const remembered = this.rememberedBefore(from, fromMs);
    const segments = [...new Set([...remembered.segments, ...this.segments(from, to, false)])];
    const first = remembered.keys.size > 0 ? fromMs : from;
    const sections = this.layout.ofAllKeys({ fromMs: first, toMs: to, segments, reverse: false });
    const read = (key: Buffer, value: Buffer, valueStart: number, timestamp: number) => {
      const startMs = windowStartOf(key);
      if (startMs > to) return undefined;
      if (startMs < from && !remembered.keys.has(bytesToMapKey(key))) return undefined;
      const decoded = this.keySerde.deserialize(key, 0, key.length - WINDOW_SUFFIX);
      return this.windowEntry(decoded, startMs, this.values.decode(value, valueStart, timestamp));
    };
    const scan = scanTable(this.table, sections, read);
    const { storage, timeOrdered } = this.definition;
    return storage === 'memory' && timeOrdered !== true ? inOrderOfTime(scan) : scan;
  }

  all(): AsyncIterable<WindowEntry<K, V>> {
    return this.fetchAll(0, Number.MAX_SAFE_INTEGER);
  }

  /** The oldest segment that anything is read from, as of the last commit; everything below may be deleted. */
  get oldestCommittedSegment(): number {
    return this.expiry.oldestSegmentBeside(this.remembered);
  }

  /** The key of a change that leaves the record cache. */
  windowedKey(entry: Entry): Windowed<K> {
    const startMs = windowStartOf(entry.key);
    const key = this.keySerde.deserialize(entry.key, 0, entry.key.length - WINDOW_SUFFIX);
    return { key, start: startMs, end: this.endOf(startMs) };
  }

  /** A row was restored: its window start and sequence number are observed. False when it has expired. */
  restored(mapKey: string, key: Buffer, value: Buffer | null): boolean {
    if (this.retainDuplicates) this.sequence.current = sequenceOf(key);
    const startMs = windowStartOf(key);
    if (!this.expiry.observe(startMs)) return false;
    if (value === null) this.unlist(mapKey);
    else if (this.index !== undefined) this.list(mapKey, startMs);
    return true;
  }

  /** Only what is committed counts: after an abort, or a wipe. */
  reset(): void {
    this.latestMs = -1;
    this.remembered.clear();
  }

  /** A head must list all that is there; what is not there leaves it when it leaves the record cache (`accept`). */
  private list(mapKey: string, startMs: number): void {
    if (startMs > this.latestMs) this.latestMs = startMs;
    this.index?.add(mapKey.slice(0, -WINDOW_SUFFIX), this.expiry.segmentOf(startMs), startMs, startMs);
  }

  private unlist(mapKey: string): void {
    if (this.index === undefined) return;
    const startMs = windowStartOfMapKey(mapKey);
    this.index.remove(mapKey.slice(0, -WINDOW_SUFFIX), this.expiry.segmentOf(startMs), startMs, startMs);
  }

  /** Whether the record cache holds a window, or Kafka Streams' would. */
  private isCached({ mapKey, state }: Entry): boolean {
    return this.table.caching && ((state & ATTACHED) !== 0 || this.remembered.has(mapKey));
  }

  /** Null in a store that retains duplicates deletes nothing; it is logged all the same, as in Kafka Streams. */
  private putNothing(key: K, startMs: number): void {
    if (this.definition.storage === 'memory' && !this.expiry.observe(startMs)) this.context.onExpired(this.name);
    const bytes = windowKey(this.keySerde.serialize(key), startMs, this.sequence.current);
    this.table.log(bytes, null, -1, this.context.recordContext());
  }

  private scanKey(key: K, fromMs: number, toMs: number, reverse: boolean): AsyncIterable<WindowEntry<K, V>> {
    const [from, to] = this.shown(fromMs, toMs);
    const bytes = this.keySerde.serialize(key);
    const keyString = bytesToMapKey(bytes);
    const length = bytes.length + WINDOW_SUFFIX;
    const windows = { fromMs: from, toMs: to, segments: this.segments(from, to, reverse), reverse };
    const isOfKey = ({ mapKey }: Entry): boolean => mapKey.length === length && mapKey.startsWith(keyString);
    const sections = this.layout.ofKey(bytes, windows, isOfKey);
    return scanTable(this.table, sections, (rowKey, value, valueStart, timestamp) => {
      if (rowKey.length !== length || rowKey.compare(bytes, 0, bytes.length, 0, bytes.length) !== 0) return undefined;
      return this.windowEntry(key, windowStartOf(rowKey), this.values.decode(value, valueStart, timestamp));
    });
  }

  /**
   * Expired windows that the record cache still holds: with caching on, a scan over all keys shows them, as in Kafka
   * Streams.
   */
  private rememberedBefore(shownMs: number, fromMs: number): { keys: Set<string>; segments: number[] } {
    const keys = new Set<string>();
    const segments = new Set<number>();
    for (const key of this.rememberedKeys()) {
      const startMs = windowStartOfMapKey(key);
      if (startMs < fromMs || startMs >= shownMs) continue;
      keys.add(key);
      segments.add(this.expiry.segmentOf(startMs));
    }
    return { keys, segments: [...segments].sort((a, b) => a - b) };
  }

  private *rememberedKeys(): Generator<string, void> {
    if (!this.table.caching) return;
    yield* this.table.overlay.keys();
    yield* this.remembered.keys();
  }

  /** The part of a time range that has not expired. */
  private shown(fromMs: number, toMs: number): [from: number, to: number] {
    return [Math.max(fromMs, this.expiry.oldestShownMs), toMs];
  }

  /** The segments that can hold anything of a time range: up to the observed time, and those of the record cache. */
  private segments(fromMs: number, toMs: number, reverse: boolean): number[] {
    const segments = new Set<number>();
    const { expiry } = this;
    const latestMs = Math.min(toMs, expiry.observed.current);
    if (fromMs <= latestMs) {
      const last = expiry.segmentOf(latestMs);
      for (let segment = expiry.segmentOf(fromMs); segment <= last; segment++) segments.add(segment);
    }
    // The record cache's windows are observed when they are flushed, but seen before.
    for (const entry of this.table.caching ? this.table.overlay.uncommitted() : []) {
      const startMs = windowStartOfMapKey(entry.mapKey);
      if (startMs >= fromMs && startMs <= toMs) segments.add(expiry.segmentOf(startMs));
    }
    return [...segments].sort((a, b) => (reverse ? b - a : a - b));
  }

  private windowEntry(key: K, startMs: number, value: V): WindowEntry<K, V> {
    return { key, startMs, endMs: this.endOf(startMs), value };
  }

  private endOf(startMs: number): number {
    return windowEndIn(this.definition, startMs);
  }

  /** A read and the write that follows it mostly have one key and window; windows of one record have one key. */
  private entry(key: K, startMs: number, sequence: number): Entry {
    if (key !== this.lastKey || typeof key === 'object') {
      this.takeKey(key);
    } else if (startMs === this.lastStartMs && this.lastEntry !== undefined && !this.retainDuplicates) {
      return (this.lastEntry = this.table.overlay.again(this.lastEntry));
    }
    writeWindowSuffix(this.scratch, this.keyLength, startMs, sequence);
    const length = this.keyLength + WINDOW_SUFFIX;
    const mapKey = this.scratch.latin1Slice(0, length);
    const entry = this.table.entry(mapKey);
    this.lastStartMs = startMs;
    this.lastEntry = entry;
    return entry;
  }

  private takeKey(key: K): void {
    this.lastKey = key;
    this.lastEntry = undefined;
    if (this.stringKeys && typeof key === 'string' && writeShortAscii(key, this.scratch)) {
      this.keyLength = key.length;
      return;
    }
    const bytes = this.keySerde.serialize(key);
    const length = bytes.length + WINDOW_SUFFIX;
    if (length > this.scratch.length) this.scratch = Buffer.allocUnsafe(2 * length);
    bytes.copy(this.scratch, 0);
    this.keyLength = bytes.length;
  }
}

/** Kafka Streams' in-memory store goes by time, then key; rows stand by segment, key, time. */
async function* inOrderOfTime<T extends { readonly startMs: number }>(scan: AsyncIterable<T>): AsyncGenerator<T, void> {
  const entries: T[] = [];
  for await (const entry of scan) entries.push(entry);
  yield* entries.sort((a, b) => a.startMs - b.startMs);
}
