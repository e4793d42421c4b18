import type { ClientOptions } from 'cassandra-driver';
import { configOf } from '../cassandra/cassandra-config.js';
import {
  connectCassandra,
  type CassandraConfig,
  type CassandraConnection,
  type CassandraConsistency,
  type CassandraRow,
} from '../cassandra/cassandra-connection.js';
import { MillraceError } from '../../util/errors.js';
import { seedRowOf, type SeedColumns } from './seed-columns.js';
import type { SeedRow, SeedSource } from './seed-source.js';

export interface CassandraSeedOptions extends SeedColumns {
  /** What gives the rows: a SELECT. */
  readonly query: string;
  /** Columns whose text is JSON, which is read. Default: none. */
  readonly json?: readonly string[];
  /** What `cassandra-driver` takes. Default: CASSANDRA_CONTACT_POINTS, _LOCAL_DC, _KEYSPACE, _USERNAME and _PASSWORD. */
  readonly connection?: ClientOptions;
  /** How many replicas must answer. Default `localQuorum`. */
  readonly consistency?: CassandraConsistency;
  /** Opens a connection. Default: by `cassandra-driver`. */
  readonly connect?: (config: CassandraConfig) => Promise<CassandraConnection>;
}

const ROWS_AT_ONCE = 1_000;

/**
 * The rows of a query in Cassandra or Scylla, some at a time however many there are. A table may change while it is read, so a seeding
 * that was interrupted reads all rows again: what it has put before is put again.
 *
 *     cassandraSeed({ query: 'SELECT id, balance, changed_at FROM balances', key: 'id', value: 'balance', timestamp: 'changed_at' })
 *
 * Integers within ±(2^53 - 1) are numbers, larger ones bigints; types that JavaScript does not have (uuid, date, decimal) are text.
 * @throws MillraceError `CASSANDRA_SETTING_MISSING`, `SEED_ROW_INVALID` (when it is read)
 */
export function cassandraSeed(options: CassandraSeedOptions): SeedSource {
  const { query, connection, consistency = 'localQuorum', connect = connectCassandra, json = [], ...columns } = options;
  return {
    name: `cassandra:${query}`,
    repeatable: false,
    async *rows() {
      const client = configOf(connection, `the seed "${query}"`);
      const opened = await connect({ client, consistency });
      try {
        yield* readRows(opened, query, new Set(json), columns);
      } finally {
        await opened.close();
      }
    },
  };
}

async function* readRows(
  opened: CassandraConnection,
  query: string,
  json: ReadonlySet<string>,
  columns: SeedColumns,
): AsyncGenerator<SeedRow, void> {
  let number = 1;
  for await (const rows of opened.pages(query, ROWS_AT_ONCE)) {
    for (const row of rows) {
      const place = `row ${number++} of the query`;
      yield seedRowOf(plainRow(row, json, place), columns, place);
    }
  }
}

function plainRow(row: CassandraRow, json: ReadonlySet<string>, place: string): CassandraRow {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, json.has(name) ? parsed(value, name, place) : plain(value)]),
  );
}

/** A value without the driver's own classes. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (typeof value !== 'object' || value === null || value instanceof Date || Buffer.isBuffer(value)) return value;
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, each]) => [String(key), plain(each)]));
  if (value instanceof Set) return [...value].map(plain);
  const prototype: unknown = Object.getPrototypeOf(value);
  // Uuid, LocalDate, BigDecimal, Integer, InetAddress: each has a text of its own
  if (prototype !== Object.prototype) return (value as { toString(): string }).toString();
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
}

function parsed(value: unknown, name: string, place: string): unknown {
  if (value === null) return null;
  try {
    return JSON.parse(typeof value === 'string' ? value : '');
  } catch (cause) {
    throw new MillraceError({
      code: 'SEED_ROW_INVALID',
      kind: 'data',
      message: `${place} has a "${name}" that is no JSON text`,
      hint: 'Mend the row, or leave the column out of `json`.',
      cause,
    });
  }
}
