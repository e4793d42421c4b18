import type { ClientConfig } from 'pg';
import type { Sink, SinkBatching, SinkContext, SinkRecord, SinkRetry, SinkWriter } from '../../topology/sink.js';
import { invalid } from '../../util/errors.js';
import { connectPostgres, type PostgresConnection } from './postgres-connection.js';
import { postgresConfig } from './postgres-config.js';
import { prepareTable } from './postgres-table.js';
import { besides } from './postgres-text.js';
import { createPositions, PostgresWriter } from './postgres-writer.js';
import { Upsert, type RowColumn } from './upsert.js';

/** A column: its type, as in SQL, and what it holds of the record's key, or of its value. */
export interface PostgresColumn<T, K, V> {
  /** Such as `text`, `bigint`, `numeric(20,4)`, `timestamptz`, `jsonb`. */
  readonly type: string;
  /** Strings, numbers, bigints, booleans, dates, bytes, decimals of any library, lists, JSON; null or undefined is null. */
  readonly of: (part: T, record: SinkRecord<K, V>) => unknown;
}

export interface PostgresSinkOptions<K, V> {
  /** `table` or `schema.table`; case is kept. Made if it is not there. */
  readonly table: string;
  /** The primary key, from the record's key: a tombstone has nothing else. */
  readonly key: Readonly<Record<string, PostgresColumn<K, K, V>>>;
  /** All other columns, from the record's value. */
  readonly columns: Readonly<Record<string, PostgresColumn<V, K, V>>>;
  /** Address, or all that `pg` takes. Default: POSTGRES_URL. */
  readonly connection?: string | ClientConfig;
  /** Table of the positions, in the schema of `table`. Default `millrace_positions`. */
  readonly positionsTable?: string;
  readonly batching?: SinkBatching;
  readonly retry?: SinkRetry;
  /** Opens a connection. Default: by `pg`. */
  readonly connect?: (config: ClientConfig) => Promise<PostgresConnection>;
}

/**
 * Keeps a table in Postgres as the log says, exactly once: a record inserts or updates the row of its key, a tombstone deletes
 * it. Rows and position are one transaction. There is one connection per partition.
 *
 *     totals.toSink('totals', postgresSink({
 *       table: 'shop.totals',
 *       key: { seller_id: { type: 'text', of: (seller) => seller } },
 *       columns: { amount: { type: 'numeric(20,2)', of: (total) => total.amount } },
 *     }))
 *
 * Rows that the table refuses (values, constraints) meet the production policy of the topology.
 * @throws MillraceError `POSTGRES_COLUMNS` for a key without columns, or a column that is in both; when it is opened
 *   `POSTGRES_URL_MISSING` and `POSTGRES_TABLE_MISMATCH`
 */
export function postgresSink<K, V>(options: PostgresSinkOptions<K, V>): Sink<K, V> {
  const { table, positionsTable = 'millrace_positions', batching, retry, connect = connectPostgres } = options;
  const shape = { table, key: rowColumns(options.key, 'key'), values: rowColumns(options.columns, 'value') };
  checkColumns(table, shape.key, shape.values);
  const upsert = new Upsert(shape);
  const positions = besides(table, positionsTable);
  return {
    kind: 'postgres',
    guarantee: 'exactly-once',
    ...(batching && { batching }),
    ...(retry && { retry }),
    async open(context: SinkContext): Promise<SinkWriter<K, V>> {
      const connection = await connect(postgresConfig(options.connection, `sink "${context.sink}"`));
      const writer = new PostgresWriter(connection, upsert, positions, context);
      try {
        await prepareTable(connection, shape, [createPositions(positions)]);
        await writer.start();
        return writer;
      } catch (error) {
        await connection.close().catch(() => undefined);
        throw error;
      }
    },
  };
}

function rowColumns<T, K, V>(
  columns: Readonly<Record<string, PostgresColumn<T, K, V>>>,
  part: 'key' | 'value',
): RowColumn[] {
  return Object.entries(columns).map(([name, { type, of }]) => ({
    name,
    type,
    of: (record: SinkRecord<K, V>) => of(record[part] as T, record), // T is the type of that part, which is not null here
  }));
}

function checkColumns(table: string, key: readonly RowColumn[], values: readonly RowColumn[]): void {
  const names = new Set(key.map(({ name }) => name));
  const twice = values.find(({ name }) => names.has(name));
  if (key.length > 0 && twice === undefined) return;
  const what = twice === undefined ? 'has no key' : `has the column "${twice.name}" in its key and beside it`;
  throw invalid('POSTGRES_COLUMNS', `the sink to table "${table}" ${what}`, {
    hint: 'Give `key` the columns of the primary key, and `columns` all others.',
  });
}
