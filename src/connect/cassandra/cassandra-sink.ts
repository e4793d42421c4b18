import type { ClientOptions } from 'cassandra-driver';
import type { Sink, SinkBatching, SinkContext, SinkRecord, SinkRetry, SinkWriter } from '../../topology/sink.js';
import { invalid } from '../../util/errors.js';
import type { Duration } from '../../util/time.js';
import { configOf, placeOf } from './cassandra-config.js';
import {
  connectCassandra,
  type CassandraConfig,
  type CassandraConnection,
  type CassandraConsistency,
} from './cassandra-connection.js';
import { prepareTable } from './cassandra-table.js';
import type { CassandraType, CassandraValue } from './cassandra-value.js';
import { CassandraWriter } from './cassandra-writer.js';
import { RowStatements, type RowColumn, type RowShape } from './row-statements.js';
import { SharedConnection } from './shared-connection.js';
import { WriteTimestamps } from './write-timestamps.js';

/** A column: its type, and what it holds of the record's key, or of its value. */
export type CassandraColumn<Part, K, V> = {
  readonly [T in CassandraType]: {
    /** As in CQL, or `json`: a `text` with any JSON in it. */
    readonly type: T;
    /** Null or undefined is null, which a column of the primary key cannot be. */
    readonly of: (part: Part, record: SinkRecord<K, V>) => CassandraValue<T> | null | undefined;
  };
}[CassandraType];

export interface CassandraSinkOptions<K, V> {
  /** `keyspace.table`, or `table` of CASSANDRA_KEYSPACE; case is kept. Made if it is not there; the keyspace is not. */
  readonly table: string;
  /** The partition key, from the record's key: a tombstone has nothing else. */
  readonly partitionKey: Readonly<Record<string, CassandraColumn<K, K, V>>>;
  /** The clustering columns, from the record's key too. Default: none. */
  readonly clusteringKey?: Readonly<Record<string, CassandraColumn<K, K, V>>>;
  /** All other columns, from the record's value. */
  readonly columns: Readonly<Record<string, CassandraColumn<V, K, V>>>;
  /**
   * How long a row stays, counted from its record's event time, so that a row that is written again does not live longer; of
   * each record, or of all. Twenty years at most. Default: as the table says.
   */
  readonly ttl?: Duration | ((record: SinkRecord<K, V>) => Duration | undefined);
  /** How many replicas must have taken a row. Default `localQuorum`. */
  readonly consistency?: CassandraConsistency;
  /** Requests under way at a time, of each partition of the log. Default 32. */
  readonly concurrency?: number;
  /** All that `cassandra-driver` takes. Default: CASSANDRA_CONTACT_POINTS, _LOCAL_DC, _KEYSPACE, _USERNAME and _PASSWORD. */
  readonly connection?: ClientOptions;
  readonly batching?: SinkBatching;
  readonly retry?: SinkRetry;
  /** Opens a connection. Default: by `cassandra-driver`. */
  readonly connect?: (config: CassandraConfig) => Promise<CassandraConnection>;
}

/**
 * Keeps a table in Cassandra, or ScyllaDB, as the log says, idempotently: a record inserts or replaces the row of its key, a
 * tombstone deletes it. Each row is written with a timestamp that follows the order of the log, so records that are written
 * again bring nothing older back. One client serves all partitions of a process.
 *
 *     totals.toSink('totals', cassandraSink({
 *       table: 'shop.totals',
 *       partitionKey: { seller_id: { type: 'text', of: (seller) => seller } },
 *       columns: { amount: { type: 'decimal', of: (total) => total.amount } },
 *     }))
 *
 * The table is the sink's: what others write there without `USING TIMESTAMP` would stay before later records. Values that a
 * column cannot hold meet the production policy of the topology.
 * @throws MillraceError `CASSANDRA_COLUMNS` for a table without a partition key, or a column that is given twice; when it is
 *   opened `CASSANDRA_SETTING_MISSING`, `CASSANDRA_KEYSPACE_MISSING`, `CASSANDRA_TABLE_MISMATCH`, `CASSANDRA_LOGIN_REFUSED`,
 *   `CASSANDRA_ACCESS_DENIED` and `CASSANDRA_DATACENTER_UNKNOWN`
 */
export function cassandraSink<K, V>(options: CassandraSinkOptions<K, V>): Sink<K, V> {
  const { batching, retry, consistency = 'localQuorum', concurrency = 32, connect = connectCassandra } = options;
  const columns = {
    partitionKey: rowColumns(options.partitionKey, 'key'),
    clusteringKey: rowColumns(options.clusteringKey ?? {}, 'key'),
    values: rowColumns(options.columns, 'value'),
  };
  checkColumns(options.table, columns);
  const { ttl } = options;
  const shared = new SharedConnection(connect);
  return {
    kind: 'cassandra',
    guarantee: 'idempotent',
    ...(batching && { batching }),
    ...(retry && { retry }),
    async open(context: SinkContext): Promise<SinkWriter<K, V>> {
      const { keyspace, ...client } = configOf(options.connection, `sink "${context.sink}"`);
      const shape: RowShape = {
        ...placeOf(options.table, keyspace, context),
        ...columns,
        ...(ttl !== undefined && { ttl: typeof ttl === 'function' ? ttl : () => ttl }),
      };
      const connection = await shared.acquire({ client, consistency });
      const release = (): Promise<void> => shared.release();
      try {
        const timestamps = new WriteTimestamps(connection, shape.keyspace, context);
        await shared.alone(async () => {
          await prepareTable(connection, shape);
          await timestamps.open(shape.keyspace);
        });
        const statements = new RowStatements(shape);
        return new CassandraWriter({ connection, statements, timestamps, context, concurrency, release });
      } catch (error) {
        await release();
        throw error;
      }
    },
  };
}

function rowColumns<T, K, V>(
  columns: Readonly<Record<string, CassandraColumn<T, K, V>>>,
  part: 'key' | 'value',
): RowColumn[] {
  return Object.entries(columns).map(([name, { type, of }]) => ({
    name,
    type,
    of: (record: SinkRecord<K, V>): unknown => of(record[part] as T, record), // T is the type of that part, which is not null here
  }));
}

function checkColumns(
  table: string,
  { partitionKey, clusteringKey, values }: Omit<RowShape, 'keyspace' | 'table'>,
): void {
  const names = [...partitionKey, ...clusteringKey, ...values].map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (partitionKey.length > 0 && twice === undefined) return;
  const what = twice === undefined ? 'has no partition key' : `has the column "${twice}" twice`;
  throw invalid('CASSANDRA_COLUMNS', `the sink to table "${table}" ${what}`, {
    hint: 'Give `partitionKey` and `clusteringKey` the columns of the primary key, and `columns` all others.',
  });
}
