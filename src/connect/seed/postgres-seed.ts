import type { ClientConfig } from 'pg';
import { invalid } from '../../util/errors.js';
import { connectPostgres, type PostgresConnection } from '../postgres/postgres-connection.js';
import { seedRowOf, type SeedColumns } from './seed-columns.js';
import type { SeedRow, SeedSource } from './seed-source.js';

export interface PostgresSeedOptions extends SeedColumns {
  /** What gives the rows: a SELECT. */
  readonly query: string;
  /** Address, or all that `pg` takes. Default: POSTGRES_URL. */
  readonly connection?: string | ClientConfig;
  /** Opens a connection. Default: by `pg`. */
  readonly connect?: (config: ClientConfig) => Promise<PostgresConnection>;
}

const ROWS_AT_ONCE = 1_000;

/**
 * The rows of a query in Postgres, as of one moment, some at a time however many there are. The database may change between two
 * readings, so a seeding that was interrupted reads them all again: what it has put before is put again.
 *
 *     postgresSeed({ query: 'SELECT id, to_json(c) AS value, changed_at FROM customers c', key: 'id', timestamp: 'changed_at' })
 *
 * @throws MillraceError `POSTGRES_URL_MISSING` (when it is read)
 */
export function postgresSeed({
  query,
  connection,
  connect = connectPostgres,
  ...columns
}: PostgresSeedOptions): SeedSource {
  return {
    name: `postgres:${query}`,
    repeatable: false,
    async *rows() {
      const opened = await connect(configOf(connection));
      try {
        yield* readRows(opened, query, columns);
      } finally {
        await opened.close();
      }
    },
  };
}

async function* readRows(
  opened: PostgresConnection,
  query: string,
  columns: SeedColumns,
): AsyncGenerator<SeedRow, void> {
  await opened.query('BEGIN READ ONLY');
  await opened.query(`DECLARE millrace_seed NO SCROLL CURSOR FOR ${query}`);
  for (let number = 1; ;) {
    const { rows } = await opened.query(`FETCH ${ROWS_AT_ONCE} FROM millrace_seed`);
    if (rows.length === 0) return;
    for (const row of rows) yield seedRowOf(row, columns, `row ${number++} of the query`);
  }
}

function configOf(given: string | ClientConfig | undefined): ClientConfig {
  const config = given ?? process.env.POSTGRES_URL;
  if (typeof config === 'object') return config;
  if (config !== undefined && config !== '') return { connectionString: config };
  throw invalid('POSTGRES_URL_MISSING', 'a query that seeds a store has no address of Postgres', {
    hint: 'Set POSTGRES_URL, or give the source a `connection`.',
  });
}
