import type { Serde } from '../../serde/serde.js';
import { bytesToMapKey } from '../../util/bytes.js';
import { NO_END } from '../../serde/primitives.js';
import { MAX_SEQUENCE, WINDOW_SUFFIX, sequenceOf, windowKey, windowStartOf } from '../changelog/window-format.js';
import { CommittedNumber } from '../committed-number.js';
import { scanTable, type MergedScan } from '../scan.js';
import type { JoinWindowStore, StoreContext, WindowEntry, WindowMatches, WindowStoreDefinition } from '../store.js';
import type { Table } from '../table.js';
import type { WindowExpiry } from '../window/window-expiry.js';
import { segmentPrefix } from '../window/window-layout.js';
import { nextEntry, sequenceAt, timeAt, valueStart } from './join-chunk.js';
import { JoinMatches } from './join-matches.js';
import { JoinWindowRows, keyOfChunk } from './join-window-rows.js';

/**
 * A window store that keeps every put, as the sides of a stream-stream join need it: appended to and read by a few point
 * reads, however many entries a key has. The changelog has a record per put, as Kafka Streams' has.
 */
export class ChunkedWindowStore<K, V> implements JoinWindowStore<K, V> {
  readonly name: string;
  /** Of the last put. */
  readonly sequence = new CommittedNumber(0);
  private readonly keySerde: Serde<K>;
  private readonly rows: JoinWindowRows;

  constructor(
    readonly definition: WindowStoreDefinition,
    private readonly valueSerde: Serde<V>,
    private readonly table: Table,
    private readonly expiry: WindowExpiry,
    private readonly context: StoreContext,
  ) {
    this.name = definition.name;
    this.keySerde = definition.keySerde as Serde<K>; // the definition stands in a list of stores of any type
    this.rows = new JoinWindowRows(table);
  }

  get observedTimeMs(): number {
    return this.expiry.observed.current;
  }

  put(key: K, value: V | null, startMs: number): void {
    const sequence = (this.sequence.current = (this.sequence.current + 1) & MAX_SEQUENCE);
    const keyBytes = this.keySerde.serialize(key);
    const valueBytes = value === null ? null : this.valueSerde.serialize(value);
    // Null deletes nothing, since every put is kept; it is logged all the same, as in Kafka Streams.
    if (valueBytes !== null) this.append(keyBytes, startMs, sequence, valueBytes);
    else if (this.definition.storage === 'memory' && !this.expiry.observe(startMs)) this.context.onExpired(this.name);
    this.table.log(windowKey(keyBytes, startMs, sequence), valueBytes, -1, this.context.recordContext());
  }

  matches(key: K, fromMs: number, toMs: number): WindowMatches<V> {
    return this.find(this.keySerde.serialize(key), fromMs, toMs);
  }

  /** The value of the last put, if it was of this key and time. */
  fetch(key: K, startMs: number): V | undefined {
    const entries = this.find(this.keySerde.serialize(key), startMs, startMs);
    const last = entries.count - 1;
    return last >= 0 && entries.sequenceAt(last) === this.sequence.current ? entries.valueAt(last) : undefined;
  }

  fetchRange(key: K, fromMs: number, toMs: number): AsyncIterable<WindowEntry<K, V>> {
    return this.entriesOf(key, this.matches(key, fromMs, toMs), false);
  }

  backwardFetchRange(key: K, fromMs: number, toMs: number): AsyncIterable<WindowEntry<K, V>> {
    return this.entriesOf(key, this.matches(key, fromMs, toMs), true);
  }

  fetchAll(fromMs: number, toMs: number): AsyncIterable<WindowEntry<K, V>> {
    const from = Math.max(fromMs, this.expiry.oldestShownMs);
    const scans = this.segments(from, toMs).map((segment) => this.scanSegment(segment, from, toMs));
    return this.inOrder(scans);
  }

  all(): AsyncIterable<WindowEntry<K, V>> {
    return this.fetchAll(0, Number.MAX_SAFE_INTEGER);
  }

  /** Takes a record of the changelog into the overlay, from which restoring writes it. */
  restored(key: Buffer, value: Buffer | null): void {
    this.sequence.current = sequenceOf(key);
    const startMs = windowStartOf(key);
    if (!this.expiry.observe(startMs) || value === null) return;
    const keyBytes = key.subarray(0, key.length - WINDOW_SUFFIX);
    this.rows.at(this.expiry.segmentOf(startMs), keyBytes).append(startMs, this.sequence.current, value);
  }

  private append(key: Buffer, startMs: number, sequence: number, value: Buffer): void {
    if (this.expiry.observe(startMs)) {
      this.rows.at(this.expiry.segmentOf(startMs), key).append(startMs, sequence, value);
    } else {
      this.context.onExpired(this.name);
    }
  }

  private find(key: Buffer, fromMs: number, toMs: number): JoinMatches<V> {
    const from = Math.max(fromMs, this.expiry.oldestShownMs);
    const to = Math.min(toMs, this.expiry.observed.current);
    const found = new JoinMatches(this.valueSerde);
    if (from > to) return found;
    const last = this.expiry.segmentOf(to);
    for (let segment = this.expiry.segmentOf(from); segment <= last; segment++) {
      this.rows.at(segment, key).find(from, to, found);
    }
    return found.finish();
  }

  private segments(fromMs: number, toMs: number): number[] {
    const latestMs = Math.min(toMs, this.expiry.observed.current);
    if (fromMs > latestMs) return [];
    const first = this.expiry.segmentOf(fromMs);
    return Array.from({ length: this.expiry.segmentOf(latestMs) - first + 1 }, (_, i) => first + i);
  }

  private scanSegment(segment: number, fromMs: number, toMs: number): MergedScan<readonly FoundEntry[]> {
    const prefix = segmentPrefix(segment);
    const start = bytesToMapKey(prefix);
    const holds = ({ mapKey }: { readonly mapKey: string }): boolean => mapKey.startsWith(start);
    return scanTable(this.table, [{ range: { prefix, reverse: false }, holds }], (rowKey, chunk) => {
      const key = keyOfChunk(rowKey);
      return key === undefined ? undefined : entriesIn(key, chunk, fromMs, toMs);
    });
  }

  /** Segment by segment, by key and then time; in memory by time and then key: as Kafka Streams' stores. */
  private async *inOrder(scans: readonly MergedScan<readonly FoundEntry[]>[]): AsyncGenerator<WindowEntry<K, V>> {
    for (const scan of scans) {
      const entries: FoundEntry[] = [];
      for await (const found of scan) entries.push(...found);
      entries.sort(this.definition.storage === 'memory' ? byTime : byKey);
      for (const { key, chunk, at } of entries) {
        const value = this.valueSerde.deserialize(chunk, valueStart(at), nextEntry(chunk, at));
        yield this.entry(this.keySerde.deserialize(key, 0, key.length), timeAt(chunk, at), value);
      }
    }
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- all was read when it was called, as a scan must
  private async *entriesOf(key: K, matches: WindowMatches<V>, reverse: boolean): AsyncGenerator<WindowEntry<K, V>> {
    for (let i = 0; i < matches.count; i++) {
      const at = reverse ? matches.count - 1 - i : i;
      yield this.entry(key, matches.timeAt(at), matches.valueAt(at));
    }
  }

  private entry(key: K, startMs: number, value: V): WindowEntry<K, V> {
    const end = startMs + this.definition.windowSizeMs;
    return { key, startMs, endMs: end > Number.MAX_SAFE_INTEGER ? NO_END : end, value };
  }
}

interface FoundEntry {
  readonly key: Buffer;
  readonly chunk: Buffer;
  readonly at: number;
}

function entriesIn(key: Buffer, chunk: Buffer, fromMs: number, toMs: number): FoundEntry[] {
  const found: FoundEntry[] = [];
  for (let at = 0; at < chunk.length; at = nextEntry(chunk, at)) {
    const time = timeAt(chunk, at);
    if (time >= fromMs && time <= toMs) found.push({ key, chunk, at });
  }
  return found;
}

function byKey(left: FoundEntry, right: FoundEntry): number {
  return left.key.compare(right.key) || byPut(left, right);
}

function byTime(left: FoundEntry, right: FoundEntry): number {
  return timeAt(left.chunk, left.at) - timeAt(right.chunk, right.at) || byKey(left, right);
}

function byPut(left: FoundEntry, right: FoundEntry): number {
  return (
    timeAt(left.chunk, left.at) - timeAt(right.chunk, right.at) ||
    sequenceAt(left.chunk, left.at) - sequenceAt(right.chunk, right.at)
  );
}
