import type { ClientConfig } from 'pg';

/** One row of an answer. */
export type PostgresRow = Readonly<Record<string, unknown>>;

/** As much of a connection to Postgres as is used. */
export interface PostgresConnection {
  /** @throws an error whose `code` is the SQLSTATE when the server has refused the statement */
  query(
    text: string,
    values?: readonly unknown[],
  ): Promise<{ readonly rows: readonly PostgresRow[]; readonly rowCount: number }>;
  /** Ends the connection; what is not committed is rolled back. */
  close(): Promise<void>;
}

const CONNECT_MS = 10_000;
/** A server that does not answer for so long is taken for gone. */
const QUERY_MS = 30_000;

/** Connects by `pg`, which is loaded at the first call. */
export async function connectPostgres(config: ClientConfig): Promise<PostgresConnection> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: QUERY_MS,
    keepAlive: true,
    application_name: 'millrace',
    ...config,
  });
  client.on('error', () => undefined); // the next query fails, and tells
  try {
    await client.connect();
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
  return {
    async query(text, values) {
      const { rows, rowCount } = await client.query<PostgresRow>(text, values && [...values]);
      return { rows, rowCount: rowCount ?? 0 };
    },
    close: () => client.end(),
  };
}

/** The SQLSTATE of what a query has thrown; undefined when the server did not refuse it. */
export function sqlStateOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}
