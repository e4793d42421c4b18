import type * as DuckDb from '@duckdb/node-api';
import { invalid, messageOf, type MillraceError } from '../../util/errors.js';

/** What a statement gives: names of columns, and rows of what JSON can hold, some thousand at a time. */
export interface SqlResult {
  readonly columns: readonly string[];
  readonly rows: AsyncIterable<readonly (readonly unknown[])[]>;
}

/** An SQL database in memory: DuckDB, which is installed by who wants it. */
export class SqlDatabase {
  private constructor(
    private readonly connection: DuckDb.DuckDBConnection,
    private readonly letGo: () => void,
  ) {}

  /** @param load imports DuckDB. @throws MillraceError `DUCKDB_MISSING` */
  static async open(load = importDuckDb): Promise<SqlDatabase> {
    const { DuckDBInstance } = await load().catch((error: unknown) => {
      throw missing(error);
    });
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    return new SqlDatabase(connection, () => {
      connection.closeSync();
      instance.closeSync();
    });
  }

  /** Runs statements, and gives what the last one gives. @throws MillraceError `SQL_FAILED` */
  async query(sql: string): Promise<SqlResult> {
    try {
      const result = await this.connection.stream(sql);
      return { columns: result.deduplicatedColumnNames(), rows: rowsOf(result.yieldRowsJson()) };
    } catch (error) {
      throw failed(error);
    }
  }

  /** Runs a statement that gives nothing. @throws MillraceError `SQL_FAILED` */
  async run(sql: string): Promise<void> {
    try {
      await this.connection.run(sql);
    } catch (error) {
      throw failed(error);
    }
  }

  close(): void {
    this.letGo();
  }
}

/** A name as SQL has it, whatever stands in it. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Text as SQL has it. */
export function quotedText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

async function* rowsOf(
  rows: AsyncIterable<readonly (readonly unknown[])[]>,
): AsyncGenerator<readonly (readonly unknown[])[]> {
  try {
    yield* rows;
  } catch (error) {
    throw failed(error);
  }
}

function failed(error: unknown): MillraceError {
  const hint = 'Mend the statement; `.tables` of the prompt, or SHOW TABLES, lists what there is.';
  return invalid('SQL_FAILED', messageOf(error), { hint, cause: error });
}

function importDuckDb(): Promise<typeof DuckDb> {
  return import('@duckdb/node-api');
}

function missing(cause: unknown): MillraceError {
  return invalid('DUCKDB_MISSING', 'SQL needs DuckDB, which does not come with Millrace', {
    hint: 'Install it beside Millrace: npm install @duckdb/node-api',
    cause,
  });
}
