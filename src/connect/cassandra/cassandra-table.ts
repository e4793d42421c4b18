import { invalid, messageOf } from '../../util/errors.js';
import { quoteName } from '../quoted-name.js';
import type { CassandraConnection } from './cassandra-connection.js';
import { isRefusal } from './cassandra-errors.js';
import { cqlType, type CassandraType } from './cassandra-value.js';

/** A column as the sink writes it. */
export interface TableColumn {
  readonly name: string;
  readonly type: CassandraType;
}

/** The table of a sink. */
export interface TableShape {
  readonly keyspace: string;
  readonly table: string;
  readonly partitionKey: readonly TableColumn[];
  readonly clusteringKey: readonly TableColumn[];
  readonly values: readonly TableColumn[];
}

/** Where a column stands: which part of the primary key it is, and its place there. */
type Kind = 'partition_key' | 'clustering' | 'regular' | 'static';

interface FoundColumn {
  readonly type: string;
  readonly kind: Kind;
  readonly position: number;
}

/** A table of the keyspace, quoted. */
export function quoteTable({ keyspace, table }: Pick<TableShape, 'keyspace' | 'table'>): string {
  return `${quoteName(keyspace)}.${quoteName(table)}`;
}

/**
 * Makes the table if it is not there, else checks it.
 * @throws MillraceError `CASSANDRA_KEYSPACE_MISSING`, `CASSANDRA_TABLE_REFUSED`; `CASSANDRA_TABLE_MISMATCH`, naming each column that is not as the sink
 *   writes it
 */
export async function prepareTable(connection: CassandraConnection, shape: TableShape): Promise<void> {
  await requireKeyspace(connection, shape.keyspace);
  // First whether it is there: to make a table takes a right that to write to it does not
  if ((await columnsOf(connection, shape)).size === 0) {
    await makeTable(connection, shape);
  }
  const problems = compare(expectedColumns(shape), await columnsOf(connection, shape));
  if (problems.length === 0) return;
  throw invalid(
    'CASSANDRA_TABLE_MISMATCH',
    `table "${shape.keyspace}.${shape.table}" is not as the sink writes it: ${problems.join('; ')}`,
    { hint: 'Alter the table, or mend the columns of the sink. The sink does not change a table that is there.' },
  );
}

async function requireKeyspace(connection: CassandraConnection, keyspace: string): Promise<void> {
  const query = 'SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = ?';
  if ((await connection.execute({ query, params: [keyspace] })).length > 0) return;
  throw invalid('CASSANDRA_KEYSPACE_MISSING', `Cassandra has no keyspace "${keyspace}"`, {
    hint: 'Create it with the replication that you want, or mend CASSANDRA_KEYSPACE.',
  });
}

async function makeTable(connection: CassandraConnection, shape: TableShape): Promise<void> {
  try {
    await connection.execute({ query: createTable(shape), params: [] });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw invalid('CASSANDRA_TABLE_REFUSED', `Cassandra does not make table "${shape.table}": ${messageOf(error)}`, {
      hint: 'Mend the names in the sink, or create the table yourself.',
      cause: error,
    });
  }
}

function createTable(shape: TableShape): string {
  const { partitionKey, clusteringKey, values } = shape;
  const columns = [...partitionKey, ...clusteringKey, ...values].map(
    ({ name, type }) => `${quoteName(name)} ${cqlType(type)}`,
  );
  const names = (part: readonly TableColumn[]): string[] => part.map(({ name }) => quoteName(name));
  const primary = [`(${names(partitionKey).join(', ')})`, ...names(clusteringKey)].join(', ');
  return `CREATE TABLE IF NOT EXISTS ${quoteTable(shape)} (${columns.join(', ')}, PRIMARY KEY (${primary}))`;
}

function expectedColumns({ partitionKey, clusteringKey, values }: TableShape): Map<string, FoundColumn> {
  const part = (columns: readonly TableColumn[], kind: Kind): [string, FoundColumn][] =>
    columns.map(({ name, type }, position) => [
      name,
      { type: cqlType(type), kind, position: kind === 'regular' ? -1 : position },
    ]);
  return new Map([
    ...part(partitionKey, 'partition_key'),
    ...part(clusteringKey, 'clustering'),
    ...part(values, 'regular'),
  ]);
}

async function columnsOf(connection: CassandraConnection, shape: TableShape): Promise<Map<string, FoundColumn>> {
  const rows = await connection.execute({
    query:
      'SELECT column_name, type, kind, position FROM system_schema.columns WHERE keyspace_name = ? AND table_name = ?',
    params: [shape.keyspace, shape.table],
  });
  return new Map(
    rows.map(({ column_name: name, type, kind, position }) => [
      String(name),
      { type: String(type), kind: kind as Kind, position: Number(position) }, // as the server's schema names them
    ]),
  );
}

function compare(expected: ReadonlyMap<string, FoundColumn>, found: ReadonlyMap<string, FoundColumn>): string[] {
  const wrong = [...expected].flatMap(([name, column]) => {
    const there = found.get(name);
    if (there === undefined) return [`column "${name}" (${column.type}) is missing`];
    if (there.type !== column.type) return [`column "${name}" is ${there.type}, not ${column.type}`];
    if (place(there) !== place(column)) return [`column "${name}" is ${place(there)}, not ${place(column)}`];
    return [];
  });
  const unfilled = [...found].filter(
    ([name, { kind }]) => (kind === 'partition_key' || kind === 'clustering') && !expected.has(name),
  );
  return [
    ...wrong,
    ...unfilled.map(([name, column]) => `column "${name}" is ${place(column)}, which the sink does not write`),
  ];
}

function place({ kind, position }: FoundColumn): string {
  if (kind === 'regular' || kind === 'static') return `a ${kind} column`;
  return `number ${position + 1} of the ${kind === 'clustering' ? 'clustering' : 'partition'} key`;
}
