import { ClassicLevel } from 'classic-level';
import type { Database, DatabaseBatch } from '../../util/database.js';
import { MillraceError, messageOf } from '../../util/errors.js';
import type { RowBatch } from '../base.js';
import type { MemoryDivision } from '../memory-division.js';

/** The layout of keys that this version reads and writes (row-keys.ts). */
export const FORMAT = '1';

/** The database of one task. Other threads of the process may open it too (`multithreading`), to read. */
export type LevelDatabase = Database;

/** How a database is opened; see {@link openDatabase}. */
export interface DatabaseOptions {
  /** Undefined: the values of the thread that opened it first. */
  readonly memory?: MemoryDivision;
  /** Files that LevelDB may keep open. Default 1000. */
  readonly maxOpenFiles?: number;
  /** Make the folder if need be. */
  readonly create: boolean;
}

const MAX_OPEN_FILES = 1_000;

/** Opens the database of a task in a folder. */
export type OpenDatabase = (directory: string, options: DatabaseOptions) => Promise<LevelDatabase>;

/**
 * Opens the database in a folder.
 * @throws MillraceError `STATE_LOCKED` when another process has it open, `STATE_NOT_FOUND` when it is not there and not to
 *   be made, `STATE_CORRUPTED` when its files are damaged, `STATE_DISK_FAILED` when the disk or its rights are at fault
 */
export async function openDatabase(directory: string, options: DatabaseOptions): Promise<LevelDatabase> {
  const database = new ClassicLevel<Buffer, Buffer>(directory, {
    keyEncoding: 'buffer',
    valueEncoding: 'buffer',
    multithreading: true,
    createIfMissing: options.create,
    ...(options.memory && { cacheSize: options.memory.cacheSize, writeBufferSize: options.memory.writeBufferSize }),
    maxOpenFiles: options.maxOpenFiles ?? MAX_OPEN_FILES,
  });
  try {
    await database.open();
  } catch (error) {
    throw openError(directory, error);
  }
  return database;
}

/** Gathers rows for one atomic write. */
export class LevelBatch implements RowBatch {
  private readonly batch: DatabaseBatch;

  constructor(private readonly database: LevelDatabase) {
    this.batch = database.batch();
  }
  put(rowKey: Buffer, value: Buffer): void {
    this.batch.put(rowKey, value);
  }
  delete(rowKey: Buffer): void {
    this.batch.del(rowKey);
  }
  /**
   * @param sync wait until the disk has it, so that it survives the machine
   * @throws MillraceError `STATE_CORRUPTED`, `STATE_DISK_FAILED`
   */
  async write(sync = false): Promise<void> {
    try {
      await this.batch.write({ sync });
    } catch (error) {
      throw databaseError(this.database.location, 'written', error);
    }
  }
}

/** What LevelDB says when the machine is at fault and the files are not. */
const DISK_FAULTS =
  /No space left|quota exceeded|File too large|Permission denied|Read-only file|Too many open files|Input\/output/;

/** What LevelDB threw, with the remedy: damaged files can be restored, a full disk has to be mended. */
export function databaseError(directory: string, done: 'opened' | 'read' | 'written', error: unknown): unknown {
  if (error instanceof MillraceError) return error;
  // What fails to open has this code too.
  if (done !== 'opened' && codeOf(error) === 'LEVEL_DATABASE_NOT_OPEN') {
    return new MillraceError({
      code: 'STATE_CLOSED',
      kind: 'unavailable',
      message: `The state in "${directory}" was closed while it was ${done}`,
      hint: 'Its task has ended here: ask again.',
      cause: error,
    });
  }
  const reason = messageOf(reasonOf(error));
  const message = `The state in "${directory}" can not be ${done}: ${reason}`;
  if (DISK_FAULTS.test(reason)) {
    return new MillraceError({
      code: 'STATE_DISK_FAILED',
      kind: 'invalid',
      message,
      hint: 'Give STATE_DIR room and rights, then start again: what is committed is restored from its changelogs.',
      cause: error,
    });
  }
  return new MillraceError({
    code: 'STATE_CORRUPTED',
    kind: 'data',
    message,
    hint: 'Move the folder away: the state is restored from its changelogs.',
    cause: error,
  });
}

/** What LevelDB said: where the database was being opened, the cause of the error. */
function reasonOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? error.cause : error;
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

function openError(directory: string, error: unknown): unknown {
  const reason = reasonOf(error);
  if (codeOf(reason) === 'LEVEL_LOCKED') {
    return new MillraceError({
      code: 'STATE_LOCKED',
      kind: 'unavailable',
      message: `The state in "${directory}" is in use by another process`,
      hint: 'Stop that process, or give this one a STATE_DIR of its own.',
      cause: error,
    });
  }
  if (messageOf(reason).includes('does not exist')) {
    return new MillraceError({
      code: 'STATE_NOT_FOUND',
      kind: 'unavailable',
      message: `There is no state in "${directory}"`,
      hint: 'Ask again when its task has started.',
      cause: error,
    });
  }
  return databaseError(directory, 'opened', error);
}
