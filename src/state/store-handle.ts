import { ScratchBuffers } from '../util/bytes.js';
import type { Headers } from '../util/headers.js';
import type { Serde } from '../serde/serde.js';
import type { RowBatch, RowLayout, WritableBase } from './base.js';
import { BARE_KEYS } from './base.js';
import { openChangeBuffer } from './buffer/open-change-buffer.js';
import { openRecordBuffer } from './buffer/open-record-buffer.js';
import { besideHeads, BoundsIndex, HEAD_ROWS, VALUE_ROWS } from './bounds/bounds-index.js';
import type { CommittedNumber } from './committed-number.js';
import { EntryExpiry } from './expiry/entry-expiry.js';
import { ExpiredRows } from './expiry/expired-rows.js';
import { TableKeyValueStore } from './key-value/key-value-store.js';
import { lanedRows, LanedTableStore } from './key-value/laned-table-store.js';
import { PREFIX_HEAD_ROWS, PrefixHeads } from './key-value/prefix-heads.js';
import { PrefixedTableStore } from './key-value/prefixed-table-store.js';
import { Recency } from './key-value/recency.js';
import { ChunkedWindowStore } from './join-window/chunked-window-store.js';
import { MemoryBase } from './memory/memory-base.js';
import type { Entry } from './overlay/entry.js';
import type { OverlayMemory } from './overlay/overlay-memory.js';
import { openPendingBuffer } from './pending/open-pending-buffer.js';
import { sessionLayout } from './session/session-layout.js';
import { TableSessionStore } from './session/session-store.js';
import type {
  KeyValueStoreDefinition,
  SessionStoreDefinition,
  StateStore,
  StoreContext,
  StoreDefinition,
  VersionedStoreDefinition,
  WindowStoreDefinition,
} from './store.js';
import { Table } from './table.js';
import type { ValueCodec } from './value-codec.js';
import { PlainValues, TimestampedValues, withTimestamp } from './value-codec.js';
import { HistoryRetention } from './versioned/history-retention.js';
import { historyPrefix } from './versioned/version-rows.js';
import { TableVersionedStore } from './versioned/versioned-store.js';
import { WindowExpiry } from './window/window-expiry.js';
import { storedValues, type FindWriter } from './writers/stored-values.js';
import { segmentPrefix, windowLayout } from './window/window-layout.js';
import { TableWindowStore } from './window/window-store.js';

/** The numbers of a store that are committed with its rows, by name. */
export type StoreNumbers = Readonly<Record<string, CommittedNumber>>;

/** Rows that a store keeps beside those of its changelog, to find them by: committed, aborted and restored with them. */
export interface StoreIndex {
  freeze(): void;
  /** Puts the frozen rows into the batch, or into memory at once. */
  stage(batch: RowBatch | undefined): void;
  applied(): void;
  /** Only what is committed counts: after an abort. */
  reset(): void;
  /** Deletes every row. */
  clear(): Promise<void>;
}

/** One store as its task state handles it: what a processor sees, its table, and what its kind adds to a commit. */
export interface StoreHandle {
  readonly store: StateStore;
  readonly table: Table;
  readonly base: WritableBase;
  readonly numbers: StoreNumbers;
  /** What windows or sessions the keys have, or what keys a prefix has, of a store that keeps that beside its rows. */
  readonly index?: StoreIndex;
  /** The key and the plain values that a flush listener gets. */
  readonly values: ValueCodec<unknown>;
  listenerKey(entry: Entry): unknown;
  /**
   * Takes note of a row that is restored; false when it has expired and is not to be stored. Absent: every record is a row,
   * of which there is nothing to note.
   */
  readonly restoring?: (
    mapKey: string,
    key: Buffer,
    value: Buffer | null,
    headers: Headers,
    timestamp: number,
  ) => boolean;
  /** Takes note of a restored row in a store that holds so many at most; gives the key of the one that has to go for it. */
  readonly displacedBy?: (mapKey: string, present: boolean) => string | undefined;
  /** Entries that have a ttl, and the rows of those that are gone. */
  readonly expiring?: { readonly expiry: EntryExpiry; readonly rows: ExpiredRows };
  /** `restoring` writes to the overlay what it makes of the record. Default: the record is the row. */
  readonly restoresThroughOverlay?: boolean;
  /** Logs up to `limit` changes that are logged with a commit rather than one by one; gives how many there were. */
  logChanges?(limit: number): number;
  /** The committed rows are all there is: after an abort, or a wipe. */
  reset(): void;
  /** Deletes the rows that have expired. */
  deleteExpired(): Promise<void>;
}

/** What every kind of store is made from. */
export interface StoreParts {
  readonly memory: OverlayMemory;
  readonly context: StoreContext;
  readonly cacheMaxBytes: number;
  /** Finds the schemas that a store's values were written by. */
  writersOf(definition: StoreDefinition): FindWriter;
  /** Undefined: the rows are in memory. */
  baseOnDisk(definition: StoreDefinition, layout: RowLayout): WritableBase | undefined;
}

/** Makes the store of a definition. */
export function openStoreHandle(definition: StoreDefinition, parts: StoreParts): StoreHandle {
  switch (definition.kind) {
    case 'keyValue':
      return openKeyValueStore(definition, parts);
    case 'window':
      return openWindowStore(definition, parts);
    case 'changeBuffer':
      return openChangeBuffer(definition, parts);
    case 'session':
      return openSessionStore(definition, parts);
    case 'recordBuffer':
      return openRecordBuffer(definition, parts);
    case 'pendingBuffer':
      return openPendingBuffer(definition, parts);
    case 'versioned':
      return openVersionedStore(definition, parts);
  }
}

function openKeyValueStore(definition: KeyValueStoreDefinition, parts: StoreParts): StoreHandle {
  if (definition.prefixed === true) return openPrefixedStore(definition, parts);
  if (definition.laneAt !== undefined) return openLanedStore(definition, definition.laneAt, parts);
  const base = parts.baseOnDisk(definition, BARE_KEYS) ?? new MemoryBase(BARE_KEYS);
  const { maxEntries, ttlMs } = definition;
  const expiry = ttlMs === undefined ? undefined : new EntryExpiry({ ...definition, ttlMs }, parts.context);
  const table = tableOf(definition, base, parts, definition.caching, expiry);
  const values = valuesOf(definition, parts);
  const expiredRows = expiry && new ExpiredRows(base, table.overlay, expiry);
  const recency =
    maxEntries !== undefined && base instanceof MemoryBase ? new Recency(table, base, maxEntries) : undefined;
  table.rule = recency;
  const onRead = recency === undefined ? undefined : recency.touch.bind(recency);
  const keySerde = definition.keySerde as Serde<unknown>; // the definition stands in a list of stores of any type
  return {
    store: new TableKeyValueStore(definition, table, values, onRead),
    table,
    base,
    ...(expiry && expiredRows && { expiring: { expiry, rows: expiredRows } }),
    numbers: { entries: table.overlay.count, ...(expiry && { observedMs: expiry.observed }) },
    values,
    listenerKey: (entry) => keySerde.deserialize(entry.key, 0, entry.key.length),
    ...(recency && { displacedBy: (mapKey: string, present: boolean) => recency.restored(mapKey, present) }),
    reset: () => recency?.reset(),
    // With tombstones the node that tells of an entry that is gone deletes it.
    deleteExpired: () =>
      definition.onExpiry === 'tombstone' ? Promise.resolve() : (expiredRows?.deleteSome() ?? Promise.resolve()),
  };
}

function openPrefixedStore(definition: KeyValueStoreDefinition, parts: StoreParts): StoreHandle {
  const layout = besideHeads(BARE_KEYS);
  const base = parts.baseOnDisk(definition, layout) ?? new MemoryBase(layout);
  const table = tableOf(definition, base, parts, false);
  const values = valuesOf(definition, parts);
  const heads = parts.baseOnDisk(definition, PREFIX_HEAD_ROWS) ?? new MemoryBase(PREFIX_HEAD_ROWS);
  const index = new PrefixHeads(heads, parts.memory);
  return {
    store: new PrefixedTableStore(definition, table, values, index),
    table,
    base,
    index,
    numbers: { entries: table.overlay.count },
    values,
    listenerKey: (entry) => entry.key,
    restoring(_mapKey, key, value) {
      index.changed(key, value !== null);
      return true;
    },
    reset: () => {
      index.reset();
    },
    deleteExpired: () => Promise.resolve(),
  };
}

function openLanedStore(definition: KeyValueStoreDefinition, laneAt: number, parts: StoreParts): StoreHandle {
  const layout = lanedRows(laneAt);
  const base = parts.baseOnDisk(definition, layout) ?? new MemoryBase(layout);
  const table = tableOf(definition, base, parts, false);
  const values = valuesOf(definition, parts);
  return {
    store: new LanedTableStore(definition, laneAt, table, values),
    table,
    base,
    numbers: { entries: table.overlay.count },
    values,
    listenerKey: (entry) => entry.key,
    reset: () => undefined,
    deleteExpired: () => Promise.resolve(),
  };
}

function openWindowStore(definition: WindowStoreDefinition, parts: StoreParts): StoreHandle {
  if (isChunked(definition)) return openChunkedWindowStore(definition, parts);
  const expiry = new WindowExpiry(definition);
  const layout = windowLayout(definition, expiry);
  const base = parts.baseOnDisk(definition, layout.rows) ?? new MemoryBase(layout.rows);
  const index = definition.indexed === true ? openIndex(definition, parts) : undefined;
  const table = tableOf(definition, base, parts, definition.caching && !definition.retainDuplicates);
  const values = valuesOf(definition, parts);
  const store = new TableWindowStore(definition, table, values, expiry, parts.context, layout, index);
  return {
    store,
    table,
    base,
    ...(index !== undefined && { index }),
    numbers: { observedMs: expiry.observed, sequence: store.sequence },
    values,
    listenerKey: (entry) => store.windowedKey(entry),
    restoring: (mapKey, key, value) => store.restored(mapKey, key, value),
    reset: () => {
      index?.reset();
      store.reset();
    },
    deleteExpired: expiredRows(store, async (oldest) => {
      await base.deleteBelow(layout.expiredBelow(oldest), layout.prefix);
      await index?.deleteBelow(oldest);
    }),
  };
}

function openChunkedWindowStore(definition: WindowStoreDefinition, parts: StoreParts): StoreHandle {
  const expiry = new WindowExpiry(definition);
  const base = parts.baseOnDisk(definition, BARE_KEYS) ?? new MemoryBase(BARE_KEYS);
  const table = tableOf(definition, base, parts, false);
  const serde = serdeOf(definition, parts);
  const store = new ChunkedWindowStore(definition, serde, table, expiry, parts.context);
  return {
    store,
    table,
    base,
    numbers: { observedMs: expiry.observed, sequence: store.sequence },
    values: new PlainValues(serde),
    restoresThroughOverlay: true,
    listenerKey: () => undefined, // there is no record cache to listen to
    restoring(_mapKey, key, value) {
      store.restored(key, value);
      return false;
    },
    reset: () => undefined,
    deleteExpired: expiredRows(expiry, (oldest) => base.deleteBelow(segmentPrefix(oldest))),
  };
}

function openSessionStore(definition: SessionStoreDefinition, parts: StoreParts): StoreHandle {
  const expiry = new WindowExpiry(definition);
  const layout = sessionLayout(definition, expiry);
  const base = parts.baseOnDisk(definition, layout.rows) ?? new MemoryBase(layout.rows);
  const index = openIndex(definition, parts);
  const table = tableOf(definition, base, parts, definition.caching);
  const values = new PlainValues(serdeOf(definition, parts));
  const store = new TableSessionStore({ definition, table, values, expiry, index, layout, context: parts.context });
  return {
    store,
    table,
    base,
    index,
    numbers: { observedMs: expiry.observed },
    values,
    listenerKey: (entry) => store.windowedKey(entry),
    restoring: (mapKey, key, value) => store.restored(mapKey, key, value),
    reset: () => {
      index.reset();
      store.reset();
    },
    deleteExpired: expiredRows(store, async (oldest) => {
      await base.deleteBelow(layout.expiredBelow(oldest), VALUE_ROWS);
      await index.deleteBelow(oldest);
    }),
  };
}

function openVersionedStore(definition: VersionedStoreDefinition, parts: StoreParts): StoreHandle {
  const retention = new HistoryRetention(definition);
  const base = parts.baseOnDisk(definition, BARE_KEYS) ?? new MemoryBase(BARE_KEYS);
  const table = tableOf(definition, base, parts, false);
  const serde = serdeOf(definition, parts);
  const store = new TableVersionedStore(definition, serde, table, retention, parts.context);
  return {
    store,
    table,
    base,
    numbers: { observedMs: retention.observed },
    values: new PlainValues(serde),
    restoresThroughOverlay: true,
    listenerKey: () => undefined, // there is no record cache to listen to
    restoring(_mapKey, key, value, _headers, timestamp) {
      store.restored(key, value, timestamp);
      return false;
    },
    reset: () => undefined,
    deleteExpired: expiredRows(retention, (oldest) => base.deleteBelow(historyPrefix(oldest))),
  };
}

function openIndex(definition: StoreDefinition, parts: StoreParts): BoundsIndex {
  const onDisk = parts.baseOnDisk(definition, HEAD_ROWS);
  return new BoundsIndex(onDisk ?? new MemoryBase(HEAD_ROWS), onDisk?.shared !== true);
}

/** Deletes the segments that have expired since the last call. */
function expiredRows(
  expiry: { readonly oldestCommittedSegment: number },
  deleteBelow: (segment: number) => Promise<void>,
): () => Promise<void> {
  let deletedBelow = 0;
  return async () => {
    const oldest = expiry.oldestCommittedSegment;
    if (oldest <= deletedBelow) return;
    await deleteBelow(oldest);
    deletedBelow = oldest;
  };
}

/** Whether a store keeps the puts of a key in chunks. */
function isChunked({ retainDuplicates, timestamped }: WindowStoreDefinition): boolean {
  return retainDuplicates && !timestamped;
}

function tableOf(
  definition: StoreDefinition,
  base: WritableBase,
  parts: StoreParts,
  cached: boolean,
  expiry?: EntryExpiry,
): Table {
  return new Table({
    definition,
    base,
    memory: parts.memory,
    context: parts.context,
    timestamped: 'timestamped' in definition && definition.timestamped,
    caching: cached && parts.cacheMaxBytes > 0,
    ...(expiry && { expiry }),
  });
}

function serdeOf(definition: StoreDefinition, parts: StoreParts): Serde<unknown> {
  return storedValues(definition, parts.writersOf(definition));
}

function valuesOf(definition: KeyValueStoreDefinition | WindowStoreDefinition, parts: StoreParts): ValueCodec<unknown> {
  const serde = serdeOf(definition, parts);
  return definition.timestamped ? new TimestampedValues(serde) : new PlainValues(serde);
}

const rows = new ScratchBuffers();

/** Puts the frozen rows of a store into the batch, or into memory at once. */
export function stageFrozen({ table, base, index }: StoreHandle, batch: RowBatch | undefined): void {
  index?.stage(batch);
  for (const { mapKey, frozenValue: value, frozenTimestamp } of table.overlay.frozenEntries) {
    if (value === null) base.delete(batch, mapKey);
    else base.put(batch, mapKey, table.timedRows ? withTimestamp(value, frozenTimestamp, rows) : value);
  }
}

/** The numbers of a store as the commit under way has them: JSON. */
export function numbersToBytes(numbers: StoreNumbers): Buffer {
  const committing = Object.entries(numbers).map(([name, number]) => [name, number.committing]);
  return Buffer.from(JSON.stringify(Object.fromEntries(committing)), 'utf8');
}

/** Takes over numbers that were written by {@link numbersToBytes}. */
export function resetNumbers(numbers: StoreNumbers, bytes: Buffer): void {
  const stored = JSON.parse(bytes.toString()) as Readonly<Record<string, number>>;
  for (const [name, number] of Object.entries(numbers)) number.reset(stored[name] ?? number.current);
}
