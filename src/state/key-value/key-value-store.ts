import { string } from '../../serde/primitives.js';
import type { Serde } from '../../serde/serde.js';
import { bytesToMapKey } from '../../util/bytes.js';
import { copyShortAscii, isShortAscii } from '../ascii.js';
import type { RowRange } from '../base.js';
import { boundsOf, successorOf } from '../base.js';
import { Entry } from '../overlay/entry.js';
import { withoutEntryTtl, type EntryExpiry } from '../expiry/entry-expiry.js';
import { scanTable, type RowReader } from '../scan.js';
import type { ExpiringKeyValueStore, KeyValueStoreDefinition, PutOptions } from '../store.js';
import type { Table } from '../table.js';
import type { ValueCodec } from '../value-codec.js';

const NO_PREFIX = Buffer.alloc(0);

/** A key-value store of a task, plain or timestamped. */
export class TableKeyValueStore<K, V> implements ExpiringKeyValueStore<K, V> {
  readonly name: string;
  protected readonly keySerde: Serde<K>;
  private readonly stringKeys: boolean;
  private lastKey: K | undefined;
  private lastEntry: Entry | undefined;

  constructor(
    readonly definition: KeyValueStoreDefinition,
    protected readonly table: Table,
    private readonly values: ValueCodec<V>,
    /** Told of each key that is read (a store that drops the least recently used). */
    private readonly onRead?: (entry: Entry) => void,
    /** What the layout puts before the keys. */
    private readonly rowPrefix = NO_PREFIX,
  ) {
    this.name = definition.name;
    this.keySerde = definition.keySerde as Serde<K>; // the definition stands in a list of stores of any type
    this.stringKeys = definition.keySerde === string();
  }

  get(key: K): V | undefined {
    const entry = this.entry(key);
    const value = this.table.overlay.read(entry);
    this.onRead?.(entry);
    if (value === null || this.table.expiry?.gone(entry.timestamp) === true) return undefined;
    return this.values.decode(value, 0, entry.timestamp);
  }

  put(key: K, value: V | null, options?: PutOptions): void {
    const entry = this.entry(key);
    const { expiry } = this.table;
    if (expiry !== undefined) this.putExpiring(expiry, entry, value, options);
    else if (options?.ttl !== undefined) throw withoutEntryTtl(this.name);
    else if (value === null) this.table.put(entry, null, -1);
    else this.table.put(entry, this.values.bytesOf(value), this.values.timestampOf(value));
  }

  expiresAt(key: K): number | undefined {
    const entry = this.entry(key);
    const value = this.table.overlay.read(entry);
    return value === null ? undefined : this.table.expiry?.endOf(entry.timestamp);
  }

  lastValue(key: K): V | undefined {
    const entry = this.entry(key);
    const value = this.table.overlay.read(entry);
    return value === null ? undefined : this.values.decode(value, 0, entry.timestamp);
  }

  putIfAbsent(key: K, value: V): V | undefined {
    const present = this.get(key);
    if (present === undefined) this.put(key, value);
    return present;
  }

  delete(key: K): V | undefined {
    const present = this.get(key);
    this.put(key, null);
    return present;
  }

  range(from: K | null, to: K | null): AsyncIterable<readonly [K, V]> {
    return this.scan(this.bounds(from, to, false));
  }

  reverseRange(from: K | null, to: K | null): AsyncIterable<readonly [K, V]> {
    return this.scan(this.bounds(from, to, true));
  }

  all(): AsyncIterable<readonly [K, V]> {
    return this.scan(this.bounds(null, null, false));
  }

  reverseAll(): AsyncIterable<readonly [K, V]> {
    return this.scan(this.bounds(null, null, true));
  }

  prefixScan<P>(prefix: P, prefixSerde: Serde<P>): AsyncIterable<readonly [K, V]> {
    return this.scan(keysWithPrefix(this.rowPrefix, prefixSerde.serialize(prefix)));
  }

  approximateEntries(): number {
    return this.table.approximateEntries();
  }

  private putExpiring(expiry: EntryExpiry, entry: Entry, value: V | null, options: PutOptions | undefined): void {
    const rowTime = value === null ? -1 : expiry.rowTime(this.values.timestampOf(value), options);
    if (this.definition.onExpiry !== 'tombstone') {
      // What is gone is not told as the old value of the change.
      if (this.table.caching) this.table.overlay.read(entry);
      if (entry.present && expiry.gone(entry.timestamp)) this.table.overlay.expire(entry);
    }
    this.table.put(entry, value === null ? null : this.values.bytesOf(value), rowTime);
  }

  private bounds(from: K | null, to: K | null, reverse: boolean): RowRange {
    return {
      prefix: this.rowPrefix,
      from: from === null ? undefined : this.keySerde.serialize(from),
      to: to === null ? undefined : this.keySerde.serialize(to),
      reverse,
    };
  }

  protected scan(range: RowRange): AsyncIterable<readonly [K, V]> {
    const bounds = boundsOf({ ...range, prefix: NO_PREFIX });
    const from = bytesToMapKey(bounds.from);
    const before = bounds.before === undefined ? undefined : bytesToMapKey(bounds.before);
    const holds = ({ mapKey }: Entry): boolean => mapKey >= from && (before === undefined || mapKey < before);
    const { expiry } = this.table;
    const read: RowReader<readonly [K, V]> = (key, value, valueStart, timestamp) =>
      expiry?.gone(timestamp) === true ? undefined : this.entryOf(key, value, valueStart, timestamp);
    return scanTable(this.table, [{ range, holds }], read);
  }

  protected entryOf(key: Buffer, value: Buffer, valueStart: number, timestamp: number): readonly [K, V] {
    return [this.keySerde.deserialize(key, 0, key.length), this.values.decode(value, valueStart, timestamp)];
  }

  /** A read and the write that follows it mostly have one key: its bytes are made once. */
  private entry(key: K): Entry {
    if (key === this.lastKey && this.lastEntry !== undefined) {
      return (this.lastEntry = this.table.overlay.again(this.lastEntry));
    }
    const entry = this.lookUp(key);
    if (typeof key !== 'object') {
      this.lastKey = key;
      this.lastEntry = entry;
    }
    return entry;
  }

  private lookUp(key: K): Entry {
    if (this.stringKeys && typeof key === 'string' && isShortAscii(key)) {
      return this.table.overlay.find(key) ?? new Entry(copyShortAscii(key));
    }
    return this.table.entry(bytesToMapKey(this.keySerde.serialize(key)));
  }
}

function keysWithPrefix(rowPrefix: Buffer, prefix: Buffer): RowRange {
  const before = successorOf(prefix);
  return { prefix: rowPrefix, from: prefix, ...(before !== undefined && { before }), reverse: false };
}
