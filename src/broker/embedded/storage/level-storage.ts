import { ClassicLevel } from 'classic-level';
import type { Database, DatabaseOperation } from '../../../util/database.js';
import { invalid, messageOf, MillraceError } from '../../../util/errors.js';
import { baseOffsetOf, lastOffsetOf } from '../stored-batch.js';
import { BatchCache } from './batch-cache.js';
import { baseOffsetOfKey, batchKey, logOfKey, logStartKey } from './batch-key.js';
import type { BrokerStorage } from './broker-storage.js';

/** What has been gathered for the next write, and who waits for it. */
class Group {
  readonly operations: DatabaseOperation[] = [];
  readonly written: (() => void)[] = [];
  readonly waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  sync = false;
}

export interface LevelStorageOptions {
  readonly directory: string;
  /** The database to be used in place of LevelDB. */
  readonly database?: Database;
  /** Whether durable commits wait for the disk. Default true. */
  readonly fsync?: boolean;
  /** Bytes of the youngest batches kept in memory. Default 32 MiB. */
  readonly cacheBytes?: number;
}

const DEFAULT_CACHE_BYTES = 33_554_432;
const ROWS_AT_ONCE = 64;
const FORMAT = '1';

/**
 * Keeps the broker's state in one LevelDB. Writes are atomic batches, one at a time, each with everything gathered since
 * the one before; a kill at any moment leaves a prefix of them.
 */
export class LevelStorage implements BrokerStorage {
  readonly #fsync: boolean;
  readonly #cache: BatchCache;
  #group = new Group();
  #writing: Promise<void> | undefined;
  #failure: Error | undefined;
  /** Ranges to be cleared once what makes them unneeded is written. */
  #unneeded: { readonly log: number; readonly before: number }[] = [];
  /** Where the last read of a log ended: a batch begins there. */
  readonly #boundaries = new Map<number, number>();

  private constructor(
    private readonly db: Database,
    { fsync = true, cacheBytes = DEFAULT_CACHE_BYTES }: LevelStorageOptions,
  ) {
    this.#fsync = fsync;
    this.#cache = new BatchCache(cacheBytes);
  }

  /**
   * Opens, or creates, the database.
   * @throws MillraceError `LOG_DIRECTORY_LOCKED`, `LOG_DIRECTORY_UNUSABLE`, `LOG_FORMAT_UNKNOWN`
   */
  static async open(options: LevelStorageOptions): Promise<LevelStorage> {
    const { directory } = options;
    const db = options.database ?? (await openLevel(directory));
    const format = (await db.get(Buffer.from('format')))?.toString();
    if (format !== undefined && format !== FORMAT) {
      await db.close();
      throw invalid('LOG_FORMAT_UNKNOWN', `the embedded log in "${directory}" has format ${format}, not ${FORMAT}`, {
        hint: 'Run the version of Millrace that wrote it, or set STATE_DIR to another directory.',
      });
    }
    if (format === undefined) await db.put(Buffer.from('format'), Buffer.from(FORMAT), { sync: true });
    return new LevelStorage(db, options);
  }

  appendBatch(log: number, baseOffset: number, bytes: Buffer): void {
    this.#cache.append(log, baseOffset, bytes);
    this.#group.operations.push({ type: 'put', key: batchKey(log, baseOffset), value: bytes });
  }

  replaceBatch(log: number, baseOffset: number, bytes: Buffer): void {
    this.#cache.change(log, (batches) => {
      batches.replace(baseOffset, bytes);
    });
    this.#group.operations.push({ type: 'put', key: batchKey(log, baseOffset), value: bytes });
  }

  removeBatch(log: number, baseOffset: number): void {
    this.#cache.change(log, (batches) => {
      batches.remove(baseOffset);
    });
    this.#group.operations.push({ type: 'del', key: batchKey(log, baseOffset) });
  }

  truncateBefore(log: number, offset: number): void {
    this.#cache.change(log, (batches) => {
      batches.truncateBefore(offset);
    });
    this.#unneeded.push({ log, before: offset });
  }

  removeLog(log: number): void {
    this.#cache.removeLog(log);
    this.#boundaries.delete(log);
    this.#unneeded.push({ log, before: Number.MAX_SAFE_INTEGER });
  }

  readBatches(
    log: number,
    fromOffset: number,
    toOffset: number,
    maxBytes: number,
  ): readonly Buffer[] | Promise<readonly Buffer[]> {
    const cached = this.#cache.get(log);
    if (cached?.baseOffset !== undefined && cached.baseOffset <= fromOffset) {
      return cached.read(fromOffset, toOffset, maxBytes);
    }
    return this.#readFromDisk(log, fromOffset, toOffset, maxBytes);
  }

  put(key: string, value: string): void {
    this.#group.operations.push({ type: 'put', key: Buffer.from(key), value: Buffer.from(value) });
  }

  remove(key: string): void {
    this.#group.operations.push({ type: 'del', key: Buffer.from(key) });
  }

  async *entries(prefix: string): AsyncGenerator<readonly [string, string]> {
    const gte = Buffer.from(prefix);
    const lt = Buffer.concat([gte, Buffer.of(0xff)]);
    for await (const [key, value] of this.db.iterator({ gte, lt })) yield [key.toString(), value.toString()];
  }

  whenWritten(callback: () => void): void {
    this.#group.written.push(callback);
  }

  commit(durably = false): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const group = this.#group;
    group.sync ||= durably && this.#fsync;
    return new Promise((resolve, reject) => {
      group.waiting.push({ resolve, reject });
      this.#writing ??= this.#writeAll();
    });
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.db.close();
  }

  /** Drops logs that no topic has: a topic was deleted, and the process ended before its space was given back. */
  async dropUnknownLogs(known: ReadonlySet<number>): Promise<void> {
    for (let next = 0; ;) {
      const [key] = await this.db.keys({ gte: logStartKey(next), lt: logStartKey(0xffffffff), limit: 1 }).all();
      if (key === undefined) return;
      const log = logOfKey(key);
      if (!known.has(log)) await this.#clear(log, Number.MAX_SAFE_INTEGER);
      next = log + 1;
    }
  }

  /** The last batch of a log. */
  async lastBatch(log: number): Promise<Buffer | undefined> {
    const range = { gte: logStartKey(log), lt: logStartKey(log + 1), reverse: true, limit: 1 };
    return (await this.db.values(range).all())[0];
  }

  /** Writes group after group until nothing waits. Starts in a later turn, so that one write takes a turn's commits. */
  async #writeAll(): Promise<void> {
    await Promise.resolve();
    while (this.#group.waiting.length > 0) {
      const group = this.#group;
      this.#group = new Group();
      const unneeded = this.#unneeded.splice(0);
      const arrived = this.#cache.arrived;
      try {
        if (group.operations.length > 0) await this.db.batch(group.operations, { sync: group.sync });
        this.#cache.evict(arrived);
        for (const callback of group.written) callback();
        for (const { resolve } of group.waiting) resolve();
        for (const { log, before } of unneeded) await this.#clear(log, before);
      } catch (error) {
        this.#fail(group, error);
      }
    }
    this.#writing = undefined;
  }

  /** After a failed write memory is ahead of the disk: nothing may be acknowledged any more. */
  #fail(group: Group, cause: unknown): void {
    const failure = new MillraceError({
      code: 'LOG_WRITE_FAILED',
      kind: 'invalid', // no later try can succeed in this process
      message: `the embedded log could not be written: ${messageOf(cause)}`,
      hint: 'Give the disk of STATE_DIR room, then start again; what was acknowledged is kept.',
      cause,
    });
    this.#failure = failure;
    for (const { reject } of [...group.waiting, ...this.#group.waiting.splice(0)]) reject(failure);
  }

  async #clear(log: number, before: number): Promise<void> {
    const holder = await this.#holderOf(log, before);
    await this.db.clear({ gte: logStartKey(log), lt: batchKey(log, holder ?? before) });
  }

  /** Base offset of the batch that an offset lies within. */
  async #holderOf(log: number, offset: number): Promise<number | undefined> {
    const range = { gte: logStartKey(log), lte: batchKey(log, offset), reverse: true, limit: 1 };
    const [batch] = await this.db.values(range).all();
    return batch === undefined || lastOffsetOf(batch) < offset ? undefined : baseOffsetOf(batch);
  }

  async #readFromDisk(log: number, fromOffset: number, toOffset: number, maxBytes: number): Promise<readonly Buffer[]> {
    const atBoundary = this.#boundaries.get(log) === fromOffset;
    const start = atBoundary ? fromOffset : ((await this.#holderOf(log, fromOffset)) ?? fromOffset);
    const range = { gte: batchKey(log, start), lt: batchKey(log, toOffset), highWaterMarkBytes: maxBytes };
    const iterator = this.db.iterator(range);
    const found: Buffer[] = [];
    let size = 0;
    try {
      for (let rows = await iterator.nextv(ROWS_AT_ONCE); rows.length > 0; rows = await iterator.nextv(ROWS_AT_ONCE)) {
        for (const [key, batch] of rows) {
          size += batch.length;
          if (found.length > 0 && size > maxBytes) return found;
          found.push(batch);
          this.#boundaries.set(log, baseOffsetOfKey(key) + batch.readInt32BE(23) + 1);
        }
      }
      return found;
    } finally {
      await iterator.close();
    }
  }
}

async function openLevel(directory: string): Promise<Database> {
  const db = new ClassicLevel<Buffer, Buffer>(directory, { keyEncoding: 'buffer', valueEncoding: 'buffer' });
  try {
    await db.open();
  } catch (error) {
    throw openError(directory, error);
  }
  return db;
}

function openError(directory: string, error: unknown): MillraceError {
  const { cause } = error as { cause?: { code?: string } };
  if (cause?.code === 'LEVEL_LOCKED') {
    return invalid('LOG_DIRECTORY_LOCKED', `the embedded log in "${directory}" is in use by another process`, {
      hint: 'Stop that process, or set STATE_DIR to another directory.',
      cause: error,
    });
  }
  return invalid('LOG_DIRECTORY_UNUSABLE', `the embedded log in "${directory}" cannot be opened`, {
    detail: messageOf(cause ?? error),
    hint: 'Set STATE_DIR to a directory that can be written.',
    cause: error,
  });
}
