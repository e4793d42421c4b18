import { SortedRows, type SortedSnapshot } from '../../state/memory/sorted-rows.js';
import type {
  Database,
  DatabaseBatch,
  DatabaseIterator,
  DatabaseOperation,
  DatabaseRange,
  DatabaseSnapshot,
  WriteOptions,
} from '../../util/database.js';
import { bytesToMapKey, mapKeyToBytes } from '../../util/bytes.js';
import type { DatabaseFiles, FileChange } from './simulated-disk.js';
import type { SimulatedProcess } from './simulated-process.js';

/** How long the disk takes for a read or a write, as it is at the moment. */
export type DiskLatency = (sync: boolean) => number;

/** LevelDB on a simulated disk, as one process has it open. Writes end later, one after the other. */
export class SimulatedDatabase implements Database {
  readonly #rows: SortedRows;
  #values: Map<string, string>;
  #lastEndsAt = 0;

  constructor(
    readonly location: string,
    private readonly files: DatabaseFiles,
    private readonly process: SimulatedProcess,
    private readonly latency: DiskLatency,
  ) {
    this.#values = files.read();
    this.#rows = new SortedRows([...this.#values].map(([key, value]) => ({ sortKey: key, mapKey: key, value })));
  }

  getSync(key: Buffer): Buffer | undefined {
    const value = this.#values.get(bytesToMapKey(key));
    return value === undefined ? undefined : mapKeyToBytes(value);
  }

  async get(key: Buffer): Promise<Buffer | undefined> {
    await this.#wait('read', false);
    return this.getSync(key);
  }

  put(key: Buffer, value: Buffer, options?: WriteOptions): Promise<void> {
    return this.#write([{ type: 'put', key, value }], options);
  }

  batch(): DatabaseBatch;
  batch(operations: readonly DatabaseOperation[], options?: WriteOptions): Promise<void>;
  batch(operations?: readonly DatabaseOperation[], options?: WriteOptions): DatabaseBatch | Promise<void> {
    if (operations !== undefined) return this.#write(operations, options);
    return new GatheredBatch((changes, how) => this.#writeChanges(changes, how));
  }

  snapshot(): SimulatedSnapshot {
    return new SimulatedSnapshot(this.#rows.snapshot());
  }

  iterator(range: DatabaseRange): SimulatedIterator {
    const snapshot = range.snapshot instanceof SimulatedSnapshot ? range.snapshot : this.snapshot();
    return new SimulatedIterator(snapshot.rows, range, () => this.#wait('read', false));
  }

  keys(range: DatabaseRange): { all(): Promise<Buffer[]> } {
    return { all: async () => (await this.iterator(range).nextv(Infinity)).map(([key]) => key) };
  }

  values(range: DatabaseRange): { all(): Promise<Buffer[]> } {
    return { all: async () => (await this.iterator(range).nextv(Infinity)).map(([, value]) => value) };
  }

  async clear(range: DatabaseRange): Promise<void> {
    const keys = await this.keys(range).all();
    await this.#write(keys.map((key) => ({ type: 'del', key })));
  }

  async close(): Promise<void> {
    await this.#wait('close', false);
  }

  #write(operations: readonly DatabaseOperation[], options?: WriteOptions): Promise<void> {
    return this.#writeChanges(operations.map(changeOf), options);
  }

  async #writeChanges(changes: readonly FileChange[], { sync = false }: WriteOptions = {}): Promise<void> {
    const write = this.files.begin(changes);
    await this.#wait(sync ? 'synced write' : 'write', sync);
    for (const [key, value] of changes) {
      if (value === undefined) {
        this.#values.delete(key);
        this.#rows.delete(key);
      } else {
        this.#values.set(key, value);
        this.#rows.set({ sortKey: key, mapKey: key, value });
      }
    }
    this.files.end(write, sync);
  }

  #wait(what: string, sync: boolean): Promise<void> {
    const nowMs = this.process.clock.monotonicMs();
    this.#lastEndsAt = Math.max(this.#lastEndsAt + 1e-6, nowMs + this.latency(sync));
    return new Promise((resolve) => {
      this.process.schedule(this.#lastEndsAt - nowMs, `${what} of ${this.location}`, resolve);
    });
  }
}

function changeOf(operation: DatabaseOperation): FileChange {
  const key = bytesToMapKey(operation.key);
  return operation.type === 'put' ? [key, bytesToMapKey(operation.value)] : [key, undefined];
}

class GatheredBatch implements DatabaseBatch {
  readonly #changes: FileChange[] = [];

  constructor(private readonly end: (changes: readonly FileChange[], options?: WriteOptions) => Promise<void>) {}

  put(key: Buffer, value: Buffer): void {
    this.#changes.push([bytesToMapKey(key), bytesToMapKey(value)]);
  }

  del(key: Buffer): void {
    this.#changes.push([bytesToMapKey(key), undefined]);
  }

  write(options?: WriteOptions): Promise<void> {
    return this.end(this.#changes, options);
  }
}

class SimulatedSnapshot implements DatabaseSnapshot {
  constructor(readonly rows: SortedSnapshot) {}

  close(): Promise<void> {
    return Promise.resolve();
  }
}

class SimulatedIterator implements DatabaseIterator {
  readonly #walk: Iterator<[Buffer, Buffer], void>;

  constructor(
    rows: SortedSnapshot,
    range: DatabaseRange,
    private readonly wait: () => Promise<void>,
  ) {
    this.#walk = walk(rows, range);
  }

  async nextv(rows: number): Promise<[Buffer, Buffer][]> {
    await this.wait();
    const found: [Buffer, Buffer][] = [];
    for (let step = this.#walk.next(); step.done !== true; step = this.#walk.next()) {
      found.push(step.value);
      if (found.length >= rows) break;
    }
    return found;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<[Buffer, Buffer], void> {
    yield* await this.nextv(Infinity);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function* walk(rows: SortedSnapshot, range: DatabaseRange): Generator<[Buffer, Buffer], void> {
  const { gte, lt, lte, reverse = false, limit = Infinity } = range;
  const to = lt === undefined ? lte && `${bytesToMapKey(lte)}\0` : bytesToMapKey(lt);
  let left = limit;
  for (const { mapKey, value } of rows.range(gte === undefined ? '' : bytesToMapKey(gte), to, reverse)) {
    if (left-- <= 0) return;
    yield [mapKeyToBytes(mapKey), mapKeyToBytes(value)];
  }
}
