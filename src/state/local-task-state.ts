import { internal } from '../util/errors.js';
import { captureState, type CapturedState } from './captured-state.js';
import { LevelBatch } from './leveldb/level-database.js';
import type { LevelDatabase } from './leveldb/level-database.js';
import { POSITIONS_KEY, numbersKey, writerKey } from './leveldb/row-keys.js';
import type { PendingCommit } from './pending-commit.js';
import type { OverlayMemory } from './overlay/overlay-memory.js';
import type { Positions } from './positions.js';
import type { ChangelogPosition, StateStore } from './store.js';
import type { StoreHandle } from './store-handle.js';
import { numbersToBytes, stageFrozen } from './store-handle.js';
import type { RestoredRows } from './restored-rows.js';
import { TableRestorer } from './task-restorer.js';
import { restoredValues } from './writers/restored-values.js';
import type { KnownWriters } from './writers/store-writers.js';
import type { CommittedPositions, FlushListener, FlushOptions, StoreRestorer, TaskState } from './task-state.js';

/** What {@link LocalTaskState} is made of. */
export interface TaskStateParts {
  readonly taskId: string;
  readonly handles: readonly StoreHandle[];
  readonly memory: OverlayMemory;
  readonly cacheMaxBytes: number;
  readonly positions: Positions;
  /** Undefined: every store is in memory. */
  readonly database: LevelDatabase | undefined;
  /** Undefined: no store on disk is without a changelog. */
  readonly pending: PendingCommit | undefined;
  /** Ids of the stores in the database. */
  readonly storeIds: ReadonlyMap<string, number>;
  /** Undefined: values are read as the present schema's. */
  readonly writers: KnownWriters | undefined;
}

/** The state of a task in this process: in one LevelDB, or in memory. */
export class LocalTaskState implements TaskState {
  readonly stores: ReadonlyMap<string, StateStore>;
  private readonly handles: ReadonlyMap<string, StoreHandle>;
  private readonly caching: readonly StoreHandle[];

  constructor(private readonly parts: TaskStateParts) {
    this.stores = new Map(parts.handles.map(({ store }) => [store.name, store]));
    this.handles = new Map(parts.handles.map((handle) => [handle.store.name, handle]));
    this.caching = parts.handles.filter(({ table }) => table.caching);
  }

  changelogPosition(storeName: string): ChangelogPosition | undefined {
    return this.parts.positions.changelog(storeName);
  }

  inputPosition(topicPartition: string): number | undefined {
    return this.parts.positions.input(topicPartition);
  }

  onFlush(storeName: string, listener: FlushListener, options: FlushOptions = {}): void {
    const handle = this.handle(storeName);
    const { values } = handle;
    const plain = (value: Buffer | null): unknown => (value === null ? null : values.plain(value));
    handle.table.setFlushListener((entry, newValue, oldValue, timestamp, context) => {
      listener(handle.listenerKey(entry), plain(newValue), plain(oldValue), timestamp, context.headers, context);
    }, options.sendOldValues ?? true);
  }

  flushCaches(limit: number): number {
    let flushed = 0;
    // A forward may write to a store that stands before this one: go round until all are clean.
    for (let clean = false; !clean;) {
      clean = true;
      for (const { table } of this.caching) {
        while (flushed < limit && table.flushOne()) {
          flushed++;
          clean = false;
        }
        if (flushed >= limit) return flushed;
      }
    }
    for (const handle of this.parts.handles) flushed += handle.logChanges?.(limit - flushed) ?? 0;
    return flushed;
  }

  get overlayBytes(): number {
    return this.parts.memory.uncommittedBytes;
  }

  get cacheOverflowBytes(): number {
    return Math.max(0, this.parts.memory.cachedBytes - this.parts.cacheMaxBytes);
  }

  freeze(): void {
    for (const { table, numbers, index, expiring } of this.parts.handles) {
      table.overlay.freeze();
      index?.freeze();
      expiring?.expiry.observe();
      expiring?.rows.written(table.overlay.frozenEntries.length);
      for (const number of Object.values(numbers)) number.freeze();
    }
  }

  async prepare(positions: CommittedPositions): Promise<void> {
    await this.parts.pending?.write(this.parts.handles, positions);
  }

  get preparedInputs(): ReadonlyMap<string, number> | undefined {
    return this.parts.pending?.inputs;
  }

  async settlePrepared(committed: boolean): Promise<void> {
    const { pending, handles, positions } = this.parts;
    if (pending === undefined) return;
    const inputs = pending.inputs ?? new Map<string, number>();
    if (committed) positions.merge({ changelogs: new Map(), inputs });
    await pending.settle(committed, handles, this.positionBytes());
  }

  async apply(committed: CommittedPositions): Promise<void> {
    const { database, handles, positions } = this.parts;
    positions.merge(committed);
    const batch = database && new LevelBatch(database);
    for (const handle of handles) {
      stageFrozen(handle, batch);
      if (batch !== undefined) this.stageNumbers(handle, batch);
    }
    if (batch !== undefined) {
      batch.put(POSITIONS_KEY, this.positionBytes());
      this.parts.pending?.clear(batch);
      await batch.write();
    }
    for (const { table, numbers, index } of handles) {
      table.overlay.applied();
      index?.applied();
      for (const number of Object.values(numbers)) number.applied();
    }
  }

  abort(): void {
    for (const handle of this.parts.handles) {
      handle.table.overlay.abort();
      handle.base.forgetCached(); // rows were put there for a commit that did not end
      for (const number of Object.values(handle.numbers)) number.abort();
      handle.reset();
    }
  }

  restorer(storeName: string): StoreRestorer {
    const handle = this.handle(storeName);
    const values = restoredValues(handle.store.definition, this.parts.writers?.of(storeName));
    return new TableRestorer(handle, this.writeRestored.bind(this), values);
  }

  async wipe(storeName: string): Promise<void> {
    const handle = this.handle(storeName);
    const { database, positions, storeIds } = this.parts;
    positions.forgetChangelog(storeName);
    handle.table.overlay.abort();
    for (const number of Object.values(handle.numbers)) number.clear();
    const id = storeIds.get(storeName);
    if (database !== undefined && id !== undefined) {
      const batch = new LevelBatch(database);
      batch.put(POSITIONS_KEY, this.positionBytes());
      batch.delete(numbersKey(id));
      await batch.write();
    }
    await handle.base.clear();
    await handle.index?.clear();
    handle.reset();
  }

  async deleteExpired(): Promise<void> {
    for (const handle of this.parts.handles) await handle.deleteExpired();
  }

  capture(): CapturedState | undefined {
    const { database, positions, storeIds } = this.parts;
    return database && captureState(database, positions, storeIds);
  }

  async close(): Promise<void> {
    await this.parts.database?.close();
  }

  private handle(storeName: string): StoreHandle {
    const handle = this.handles.get(storeName);
    if (handle !== undefined) return handle;
    throw internal('STATE_STORE_UNKNOWN', `The state of task ${this.parts.taskId} has no store "${storeName}"`, {
      task: this.parts.taskId,
      store: storeName,
    });
  }

  private async writeRestored(
    handle: StoreHandle,
    rows: RestoredRows,
    position: ChangelogPosition,
    writers: ReadonlyMap<string, string>,
  ): Promise<void> {
    const { database, positions } = this.parts;
    positions.setChangelog(handle.store.name, position);
    const batch = database && new LevelBatch(database);
    const { count } = handle.table.overlay;
    rows.moveTo(handle.base, batch, (present) => {
      count.current += present ? 1 : -1;
    });
    if (handle.restoresThroughOverlay === true) {
      handle.table.overlay.freeze();
      stageFrozen(handle, batch);
    }
    handle.table.overlay.baseChanged();
    for (const number of Object.values(handle.numbers)) number.reset(number.current);
    handle.index?.freeze();
    handle.index?.stage(batch);
    if (batch !== undefined) {
      this.stageNumbers(handle, batch);
      this.stageWriters(handle, batch, writers);
      batch.put(POSITIONS_KEY, this.positionBytes());
      await batch.write();
    }
    handle.index?.applied();
    if (handle.restoresThroughOverlay === true) handle.table.overlay.applied();
  }

  private stageNumbers({ store, numbers }: StoreHandle, batch: LevelBatch): void {
    const id = this.parts.storeIds.get(store.name);
    if (id !== undefined && Object.keys(numbers).length > 0) batch.put(numbersKey(id), numbersToBytes(numbers));
  }

  private stageWriters({ store }: StoreHandle, batch: LevelBatch, writers: ReadonlyMap<string, string>): void {
    const id = this.parts.storeIds.get(store.name);
    if (id === undefined) return;
    for (const [fingerprint, text] of writers) batch.put(writerKey(id, fingerprint), Buffer.from(text, 'utf8'));
  }

  private positionBytes(): Buffer {
    return this.parts.positions.toBytes((store) => this.parts.storeIds.has(store));
  }
}
