import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { invalid } from '../../util/errors.js';
import type { ProcessAddress } from '../ask-process.js';
import { quotedName, SqlDatabase, type SqlResult } from './duckdb.js';
import { fileViews, type FileView } from './file-views.js';
import { storeViews } from './store-views.js';

export interface SqlSources {
  /** Folders of file sinks, or with such folders in them. */
  readonly folders: readonly string[];
  /** A process whose stores are looked at. */
  readonly process?: ProcessAddress;
}

/** SQL over what file sinks have committed, and over copies of the stores of a process: as they were when it was opened. */
export class SqlSession {
  private constructor(
    private readonly database: SqlDatabase,
    private readonly temporary: string,
    /** Names of the views. */
    readonly views: readonly string[],
    /** Stores that could not be had, and why. */
    readonly left: readonly string[],
  ) {}

  /** @throws MillraceError `DUCKDB_MISSING`, `SQL_NO_DATA`, `SQL_NAME_TAKEN`, `SQL_FAILED`, `HTTP_FAILED` */
  static async open({ folders, process }: SqlSources): Promise<SqlSession> {
    const database = await SqlDatabase.open();
    const temporary = await mkdtemp(join(tmpdir(), 'millrace-sql-'));
    try {
      const views: FileView[] = [];
      for (const [index, folder] of folders.entries()) {
        views.push(...(await fileViews(folder, join(temporary, `files-${String(index)}`))));
      }
      const stores = process === undefined ? NONE : await storeViews(process, join(temporary, 'stores'));
      views.push(...stores.views);
      await createViews(database, views);
      return new SqlSession(database, temporary, views.map(({ name }) => name), stores.left); // prettier-ignore
    } catch (error) {
      database.close();
      await rm(temporary, { recursive: true, force: true });
      throw error;
    }
  }

  /** @throws MillraceError `SQL_FAILED` */
  query(sql: string): Promise<SqlResult> {
    return this.database.query(sql);
  }

  async close(): Promise<void> {
    this.database.close();
    await rm(this.temporary, { recursive: true, force: true });
  }
}

const NONE = { views: [], left: [] };

async function createViews(database: SqlDatabase, views: readonly FileView[]): Promise<void> {
  const names = new Set<string>();
  for (const { name, sql } of views) {
    // DuckDB finds names whatever their case
    if (names.has(name.toLowerCase())) {
      throw invalid('SQL_NAME_TAKEN', `two folders or stores are called "${name}"`, {
        hint: 'Name one folder at a time, or leave out --state.',
      });
    }
    names.add(name.toLowerCase());
    await database.run(`CREATE VIEW ${quotedName(name)} AS ${sql}`);
  }
}
