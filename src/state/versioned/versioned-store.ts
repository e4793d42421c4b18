import type { Serde } from '../../serde/serde.js';
import { readInt64 } from '../../util/bytes.js';
import { NO_HEADERS } from '../../util/headers.js';
import type { Entry } from '../overlay/entry.js';
import {
  NOT_PUT,
  VALID_TO_UNDEFINED,
  type StoreContext,
  type VersionedKeyValueStore,
  type VersionedRecord,
  type VersionedStoreDefinition,
} from '../store.js';
import type { Table } from '../table.js';
import { withTimestamp } from '../value-codec.js';
import type { HistoryRetention } from './history-retention.js';
import { KeyHistory } from './key-history.js';
import { scanVersions } from './scan-versions.js';
import { fromAt, isDeletion, nextVersion, toAt, valueStart } from './version-chunk.js';

const TIMESTAMP_BYTES = 8;

/** What the rows of latest versions start with: `| 1 | key |`, of a timestamp (8 bytes) and the value. */
const LATEST_ROW = '\x01';

/** A version of a key. */
export interface VersionedEntry<K, V> {
  readonly key: K;
  /** Null: a deletion. */
  readonly value: V | null;
  readonly timestamp: number;
  /** Undefined: it is the latest. */
  readonly validTo: number | undefined;
}

/**
 * A versioned store of a task: the latest version of a key is one row, those that have ended stand in chunks by segment and
 * key. Every put and get is a few point reads, however many versions a key has. The changelog has a record per put, as
 * Kafka Streams' has.
 */
export class TableVersionedStore<K, V> implements VersionedKeyValueStore<K, V> {
  readonly name: string;
  private readonly keySerde: Serde<K>;
  private readonly history: KeyHistory;

  constructor(
    readonly definition: VersionedStoreDefinition,
    private readonly valueSerde: Serde<V>,
    private readonly table: Table,
    private readonly retention: HistoryRetention,
    private readonly context: StoreContext,
  ) {
    this.name = definition.name;
    this.keySerde = definition.keySerde as Serde<K>; // the definition stands in a list of stores of any type
    this.history = new KeyHistory(table, retention);
  }

  get observedTimeMs(): number {
    return this.retention.observed.current;
  }

  get(key: K, asOfMs?: number): VersionedRecord<V> | undefined {
    const keyBytes = this.keySerde.serialize(key);
    const latest = this.table.overlay.read(this.latestEntry(keyBytes));
    if (latest !== null && (asOfMs === undefined || readInt64(latest, 0) <= asOfMs)) return this.latestRecord(latest);
    if (asOfMs === undefined || this.retention.isExpired(asOfMs)) return undefined;
    const latestMs = latest === null ? this.observedTimeMs : readInt64(latest, 0);
    const found = this.history.validAt(keyBytes, asOfMs, latestMs);
    return found === undefined ? undefined : this.endedRecord(found.chunk, found.at);
  }

  versions(key: K, fromMs: number, toMs: number): Iterable<VersionedRecord<V>> {
    const keyBytes = this.keySerde.serialize(key);
    const latest = this.table.overlay.read(this.latestEntry(keyBytes));
    const onlyLatest = this.retention.isExpired(toMs);
    return this.within(onlyLatest ? [] : this.history.chunks(keyBytes, fromMs), latest, fromMs, toMs);
  }

  /** The committed versions of all keys, deletions included. Those of one key come by time. */
  async *entries(): AsyncGenerator<VersionedEntry<K, V>, void> {
    for await (const { key, value, fromMs, toMs } of scanVersions(this.table)) {
      yield {
        key: this.keySerde.deserialize(key, 0, key.length),
        value: value === null ? null : this.valueSerde.deserialize(value, 0, value.length),
        timestamp: fromMs,
        validTo: toMs,
      };
    }
  }

  put(key: K, value: V | null, timestamp: number): number {
    const keyBytes = this.keySerde.serialize(key);
    const valueBytes = value === null ? null : this.valueSerde.serialize(value);
    const validTo = this.place(keyBytes, valueBytes, timestamp);
    if (validTo === NOT_PUT) this.context.onExpired(this.name);
    // What is refused is logged all the same, as in Kafka Streams.
    this.table.logAs(keyBytes, valueBytes, timestamp, NO_HEADERS);
    return validTo;
  }

  delete(key: K, timestamp: number): VersionedRecord<V> | undefined {
    const present = this.retention.isExpired(timestamp) ? undefined : this.get(key, timestamp);
    this.put(key, null, timestamp);
    return present;
  }

  /** Takes a record of the changelog into the overlay, from which restoring writes it. */
  restored(key: Buffer, value: Buffer | null, timestamp: number): void {
    this.place(key, value, timestamp);
  }

  private place(key: Buffer, value: Buffer | null, timestamp: number): number {
    if (this.retention.isExpired(timestamp)) return NOT_PUT;
    this.retention.observe(timestamp);
    const entry = this.latestEntry(key);
    const latest = this.table.overlay.read(entry);
    const latestMs = latest === null ? undefined : readInt64(latest, 0);
    if (latest !== null && latestMs !== undefined && latestMs <= timestamp) {
      if (latestMs < timestamp) {
        this.history.append(key, { from: latestMs, to: timestamp, value: latest.subarray(TIMESTAMP_BYTES) });
      }
      this.setLatest(entry, value, timestamp);
      return VALID_TO_UNDEFINED;
    }
    const validTo = this.history.insert(key, timestamp, value, latestMs);
    if (validTo !== undefined) return validTo;
    if (value === null) this.history.appendDeletion(key, timestamp);
    else this.setLatest(entry, value, timestamp);
    return VALID_TO_UNDEFINED;
  }

  private setLatest(entry: Entry, value: Buffer | null, timestamp: number): void {
    this.table.overlay.write(entry, value === null ? null : withTimestamp(value, timestamp), -1);
  }

  private latestEntry(key: Buffer): Entry {
    return this.table.entry(LATEST_ROW + key.latin1Slice(0, key.length));
  }

  private *within(
    chunks: readonly Buffer[],
    latest: Buffer | null,
    fromMs: number,
    toMs: number,
  ): Generator<VersionedRecord<V>, void> {
    let endMs = -1;
    for (const chunk of chunks) {
      for (let at = 0; at < chunk.length; at = nextVersion(chunk, at)) {
        endMs = toAt(chunk, at);
        const record = endMs > fromMs && fromAt(chunk, at) <= toMs ? this.endedRecord(chunk, at) : undefined;
        if (record !== undefined) yield record;
      }
    }
    // Beside a writer, the latest one may have ended between the two reads.
    if (latest !== null && readInt64(latest, 0) <= toMs && readInt64(latest, 0) >= endMs)
      yield this.latestRecord(latest);
  }

  private latestRecord(latest: Buffer): VersionedRecord<V> {
    const value = this.valueSerde.deserialize(latest, TIMESTAMP_BYTES, latest.length);
    return { value, timestamp: readInt64(latest, 0), validTo: undefined };
  }

  /** Undefined for a deletion. */
  private endedRecord(chunk: Buffer, at: number): VersionedRecord<V> | undefined {
    if (isDeletion(chunk, at)) return undefined;
    const value = this.valueSerde.deserialize(chunk, valueStart(at), nextVersion(chunk, at));
    return { value, timestamp: fromAt(chunk, at), validTo: toAt(chunk, at) };
  }
}
