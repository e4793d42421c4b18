import type { RowBatch } from './base.js';
import { keysWith } from './base.js';
import { LevelBatch } from './leveldb/level-database.js';
import type { LevelDatabase } from './leveldb/level-database.js';
import { PENDING_AREA, PENDING_POSITIONS_KEY, POSITIONS_KEY, numbersKey } from './leveldb/row-keys.js';
import type { StoreDefinition } from './store.js';
import type { StoreHandle } from './store-handle.js';
import { numbersToBytes, resetNumbers, stageFrozen } from './store-handle.js';
import type { CommittedPositions } from './task-state.js';

const DELETED = Buffer.of(0);
const PUT = Buffer.of(1);

/**
 * The commit under way of the stores without a changelog. Nothing but this database could restore them, so their frozen
 * rows and the input offsets are on disk before the transaction ends; after a crash the committed offsets tell whether it
 * ended well.
 *
 *     freeze -> write (synced) -> [transaction ends] -> apply: rows move to their place, this is cleared
 *                                  \-- crash --> settle: applied if the offsets were committed, else dropped
 *
 * An abort leaves it as it is, since the next commit overwrites it before its own transaction ends.
 */
export class PendingCommit {
  /** Keys of the rows that stand in the pending area. */
  private rows: Buffer[] = [];

  private constructor(
    private readonly database: LevelDatabase,
    private readonly storeIds: ReadonlyMap<string, number>,
    private prepared: ReadonlyMap<string, number> | undefined,
  ) {}

  /** Undefined when every store has a changelog. */
  static open(
    database: LevelDatabase,
    definitions: readonly StoreDefinition[],
    storeIds: ReadonlyMap<string, number>,
  ): PendingCommit | undefined {
    if (definitions.every(({ logging }) => logging !== false)) return undefined;
    const ids = definitions.flatMap(({ name, logging }): [string, number][] => {
      const id = logging === false ? storeIds.get(name) : undefined;
      return id === undefined ? [] : [[name, id]];
    });
    const stored = database.getSync(PENDING_POSITIONS_KEY);
    const inputs = stored && new Map(Object.entries(readPending(stored).inputs));
    return new PendingCommit(database, new Map(ids), inputs);
  }

  /** Input offsets of a commit of an earlier process that is not settled yet. */
  get inputs(): ReadonlyMap<string, number> | undefined {
    return this.prepared;
  }

  /** Keeps the frozen rows of the stores without a changelog; returns when the disk has them. */
  async write(handles: readonly StoreHandle[], positions: CommittedPositions): Promise<void> {
    const batch = new LevelBatch(this.database);
    this.clear(batch);
    const area = new PendingArea(batch, this.rows);
    const numbers: Record<string, string> = {};
    for (const handle of handles) {
      if (!this.storeIds.has(handle.store.name)) continue;
      stageFrozen(handle, area);
      numbers[handle.store.name] = numbersToBytes(handle.numbers).toString();
    }
    const pending: StoredPending = { inputs: Object.fromEntries(positions.inputs), numbers };
    batch.put(PENDING_POSITIONS_KEY, Buffer.from(JSON.stringify(pending)));
    await batch.write(true);
  }

  /** Deletes what is pending, in the batch that puts it in its place. */
  clear(batch: RowBatch): void {
    for (const key of this.rows) batch.delete(key);
    batch.delete(PENDING_POSITIONS_KEY);
    this.rows = [];
  }

  /** Ends the commit of an earlier process. `positions` are those that hold afterwards. */
  async settle(committed: boolean, handles: readonly StoreHandle[], positions: Buffer): Promise<void> {
    const stored = this.database.getSync(PENDING_POSITIONS_KEY);
    if (stored === undefined) return;
    const batch = new LevelBatch(this.database);
    for await (const [key, value] of this.database.iterator(keysWith(PENDING_AREA))) {
      batch.delete(key);
      if (!committed) continue;
      const rowKey = key.subarray(PENDING_AREA.length);
      if (value[0] === DELETED[0]) batch.delete(rowKey);
      else batch.put(rowKey, value.subarray(PUT.length));
    }
    if (committed) {
      this.settleNumbers(handles, readPending(stored), batch);
      batch.put(POSITIONS_KEY, positions);
    }
    batch.delete(PENDING_POSITIONS_KEY);
    await batch.write(true);
    this.prepared = undefined;
  }

  private settleNumbers(handles: readonly StoreHandle[], { numbers }: StoredPending, batch: RowBatch): void {
    for (const handle of handles) {
      const id = this.storeIds.get(handle.store.name);
      const stored = numbers[handle.store.name];
      if (id === undefined || stored === undefined) continue;
      resetNumbers(handle.numbers, Buffer.from(stored));
      batch.put(numbersKey(id), Buffer.from(stored));
      handle.table.overlay.abort();
      handle.base.forgetCached();
      handle.index?.reset();
    }
  }
}

/** Puts rows into the pending area in place of their own. */
class PendingArea implements RowBatch {
  constructor(
    private readonly batch: RowBatch,
    private readonly keys: Buffer[],
  ) {}

  put(rowKey: Buffer, value: Buffer): void {
    this.batch.put(this.pendingKey(rowKey), Buffer.concat([PUT, value]));
  }
  delete(rowKey: Buffer): void {
    this.batch.put(this.pendingKey(rowKey), DELETED);
  }
  private pendingKey(rowKey: Buffer): Buffer {
    const key = Buffer.concat([PENDING_AREA, rowKey]);
    this.keys.push(key);
    return key;
  }
}

interface StoredPending {
  readonly inputs: Readonly<Record<string, number>>;
  /** Of each store, as its own row would hold them. */
  readonly numbers: Readonly<Record<string, string>>;
}

function readPending(bytes: Buffer): StoredPending {
  return JSON.parse(bytes.toString()) as StoredPending; // written by `write`
}
