import { invalid } from '../util/errors.js';
import type { Headers } from '../util/headers.js';
import type { Serde } from '../serde/serde.js';
import type { RowBatch, RowLayout, WritableBase } from './base.js';
import { BARE_KEYS } from './base.js';
import { openChangeBuffer } from './buffer/open-change-buffer.js';
import type { CommittedNumber } from './committed-number.js';
import { TableKeyValueStore } from './key-value/key-value-store.js';
import { Recency } from './key-value/recency.js';
import { MemoryBase } from './memory/memory-base.js';
import type { Entry } from './overlay/entry.js';
import type { OverlayMemory } from './overlay/overlay-memory.js';
import type {
  KeyValueStoreDefinition,
  StateStore,
  StoreContext,
  StoreDefinition,
  WindowStoreDefinition,
} from './store.js';
import { Table } from './table.js';
import type { ValueCodec } from './value-codec.js';
import { PlainValues, TimestampedValues, withTimestamp } from './value-codec.js';
import { WindowExpiry } from './window/window-expiry.js';
import { segmentPrefix, windowLayout } from './window/window-layout.js';
import { TableWindowStore } from './window/window-store.js';

/** The numbers of a store that are committed with its rows, by name. */
export type StoreNumbers = Readonly<Record<string, CommittedNumber>>;

/** One store as its task state handles it: what a processor sees, its table, and what its kind adds to a commit. */
export interface StoreHandle {
  readonly store: StateStore;
  readonly table: Table;
  readonly base: WritableBase;
  readonly numbers: StoreNumbers;
  /** The key and the plain values that a flush listener gets. */
  readonly values: ValueCodec<unknown>;
  listenerKey(entry: Entry): unknown;
  /** Takes note of a row that is restored; false when it has expired and is not to be stored. */
  restoring(mapKey: string, key: Buffer, value: Buffer | null, headers: Headers): boolean;
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
  /** Undefined: the rows are in memory. */
  baseOnDisk(definition: StoreDefinition, layout: RowLayout): WritableBase | undefined;
}

/**
 * Makes the store of a definition.
 * @throws MillraceError `STORE_KIND_UNSUPPORTED`
 */
export function openStoreHandle(definition: StoreDefinition, parts: StoreParts): StoreHandle {
  switch (definition.kind) {
    case 'keyValue':
      return openKeyValueStore(definition, parts);
    case 'window':
      return openWindowStore(definition, parts);
    case 'changeBuffer':
      return openChangeBuffer(definition, parts);
    default:
      throw invalid(
        'STORE_KIND_UNSUPPORTED',
        `The store "${definition.name}" is of kind "${definition.kind}", which this version does not have`,
        { hint: 'Use a key-value or a window store.', context: { store: definition.name } },
      );
  }
}

function openKeyValueStore(definition: KeyValueStoreDefinition, parts: StoreParts): StoreHandle {
  const base = parts.baseOnDisk(definition, BARE_KEYS) ?? new MemoryBase(BARE_KEYS);
  const table = tableOf(definition, base, parts, definition.caching);
  const values = valuesOf(definition);
  const { maxEntries } = definition;
  const recency =
    maxEntries !== undefined && base instanceof MemoryBase ? new Recency(table, base, maxEntries) : undefined;
  table.rule = recency;
  const onRead = recency === undefined ? undefined : recency.touch.bind(recency);
  const keySerde = definition.keySerde as Serde<unknown>; // the definition stands in a list of stores of any type
  return {
    store: new TableKeyValueStore(definition, table, values, onRead),
    table,
    base,
    numbers: { entries: table.overlay.count },
    values,
    listenerKey: (entry) => keySerde.deserialize(entry.key, 0, entry.key.length),
    restoring(mapKey, _key, value) {
      recency?.restored(mapKey, value !== null);
      return true;
    },
    reset: () => recency?.reset(),
    deleteExpired: () => Promise.resolve(),
  };
}

function openWindowStore(definition: WindowStoreDefinition, parts: StoreParts): StoreHandle {
  const expiry = new WindowExpiry(definition);
  const layout = windowLayout(expiry);
  const base = parts.baseOnDisk(definition, layout) ?? new MemoryBase(layout);
  const table = tableOf(definition, base, parts, definition.caching && !definition.retainDuplicates);
  const values = valuesOf(definition);
  const store = new TableWindowStore(definition, table, values, expiry, parts.context);
  let deletedBelow = 0;
  return {
    store,
    table,
    base,
    numbers: { observedMs: expiry.observed, sequence: store.sequence },
    values,
    listenerKey: (entry) => store.windowedKey(entry),
    restoring: (_mapKey, key) => store.restored(key),
    reset: () => undefined,
    async deleteExpired() {
      const oldest = expiry.oldestCommittedSegment;
      if (oldest <= deletedBelow) return;
      await base.deleteBelow(segmentPrefix(oldest));
      deletedBelow = oldest;
    },
  };
}

function tableOf(definition: StoreDefinition, base: WritableBase, parts: StoreParts, cached: boolean): Table {
  return new Table({
    definition,
    base,
    memory: parts.memory,
    context: parts.context,
    timestamped: 'timestamped' in definition && definition.timestamped,
    caching: cached && parts.cacheMaxBytes > 0,
  });
}

function valuesOf(definition: KeyValueStoreDefinition | WindowStoreDefinition): ValueCodec<unknown> {
  const serde = definition.valueSerde as Serde<unknown>; // as above
  return definition.timestamped ? new TimestampedValues(serde) : new PlainValues(serde);
}

/** Puts the frozen rows of a store into the batch, or into memory at once. */
export function stageFrozen({ table, base }: StoreHandle, batch: RowBatch | undefined): void {
  for (const { mapKey, frozenValue: value, frozenTimestamp } of table.overlay.frozenEntries) {
    if (value === null) base.delete(batch, mapKey);
    else base.put(batch, mapKey, table.timestamped ? withTimestamp(value, frozenTimestamp) : value);
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
