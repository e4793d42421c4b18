import type { ClientConfig } from 'pg';
import type { RecordSource, SourceBatch, SourceRecord } from '../../topology/record-source.js';
import { invalid } from '../../util/errors.js';
import { connectPostgres, type PostgresConnection, type PostgresRow } from './postgres-connection.js';
import { postgresConfig } from './postgres-config.js';

export interface PostgresSourceOptions {
  /** A `SELECT`, or anything else that gives rows to a cursor. */
  readonly query: string;
  /** What `$1`, `$2`, … stand for. */
  readonly values?: readonly unknown[];
  /** The record that a row stands for; null leaves the row out. Types of columns are as `pg` gives them: `numeric` is text. */
  readonly record: (row: PostgresRow) => SourceRecord | null;
  /** Rows come in the order of their records' timestamps. Default false: they are held, on disk, until the last has come. */
  readonly ordered?: boolean;
  /** Address, or all that `pg` takes. Default: POSTGRES_URL. */
  readonly connection?: string | ClientConfig;
  /** Opens a connection. Default: by `pg`. */
  readonly connect?: (config: ClientConfig) => Promise<PostgresConnection>;
}

const BATCH = 1_000;

/**
 * The rows of a query, all as they were at one moment, some at a time: a cursor of the server holds the rest.
 *
 *     postgresSource({
 *       query: 'SELECT id, balance, updated_at FROM accounts ORDER BY updated_at',
 *       ordered: true,
 *       record: ({ id, balance, updated_at }) => ({ key: id, value: { balance }, timestamp: (updated_at as Date).getTime() }),
 *     })
 *
 * @throws MillraceError when opened: `POSTGRES_URL_MISSING`, `SOURCE_QUERY`
 */
export function postgresSource(options: PostgresSourceOptions): RecordSource {
  const { connect = connectPostgres } = options;
  return {
    kind: 'postgres',
    async open({ topic }) {
      const config = postgresConfig(options.connection, `the source of topic "${topic}"`);
      const connection = await connect({ ...config, query_timeout: 0 }); // a query may sort for long before its first row
      try {
        await openCursor(connection, options, topic);
      } catch (error) {
        await connection.close().catch(() => undefined);
        throw error;
      }
      return {
        size: undefined,
        identity: undefined, // nobody knows whether the tables are as they were
        read: () => batches(connection, options),
        close: () => connection.close(),
      };
    },
  };
}

async function openCursor(
  connection: PostgresConnection,
  { query, values }: PostgresSourceOptions,
  topic: string,
): Promise<void> {
  await connection.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    await connection.query(`DECLARE millrace_rows NO SCROLL CURSOR FOR ${query}`, values);
  } catch (cause) {
    throw invalid('SOURCE_QUERY', `Postgres refuses the query of the source of topic "${topic}"`, {
      hint: 'Give one statement that gives rows, without a semicolon.',
      cause,
      context: { topic },
    });
  }
}

async function* batches(
  connection: PostgresConnection,
  { record, ordered = false }: PostgresSourceOptions,
): AsyncGenerator<SourceBatch> {
  let done = 0;
  for (;;) {
    const { rows } = await connection.query(`FETCH ${BATCH} FROM millrace_rows`);
    if (rows.length === 0) return;
    done += rows.length;
    const records = rows.map(record).filter((each) => each !== null);
    const watermark = ordered ? records.at(-1)?.timestamp : undefined;
    yield { records, done, ...(watermark !== undefined && { watermark }) };
  }
}
