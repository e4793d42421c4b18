import { invalid } from '../../util/errors.js';
import { quoteName } from '../quoted-name.js';
import type { PostgresConnection } from './postgres-connection.js';
import { quoteTable } from './postgres-text.js';

/** A column as the sink writes it. */
export interface TableColumn {
  readonly name: string;
  /** As in SQL: `text`, `numeric(20,4)`, `timestamptz`, … */
  readonly type: string;
}

/** The table of a sink. */
export interface TableShape {
  readonly table: string;
  readonly key: readonly TableColumn[];
  readonly values: readonly TableColumn[];
}

/** So that tasks that start together do not make one table at the same time. */
const LOCK = `SELECT pg_advisory_xact_lock(hashtext('millrace'))`;

/**
 * Makes the tables that are not there, and checks the sink's own.
 * @param more statements that make other tables, if they are not there
 * @throws MillraceError `POSTGRES_TABLE_MISMATCH`, naming each column that is not as the sink writes it
 */
export async function prepareTable(
  connection: PostgresConnection,
  shape: TableShape,
  more: readonly string[],
): Promise<void> {
  await connection.query('BEGIN');
  await connection.query(LOCK);
  await connection.query(createTable(quoteTable(shape.table), shape, 'TABLE IF NOT EXISTS'));
  for (const statement of more) await connection.query(statement);
  // As Postgres itself writes the types: `numeric(20,4)` for `decimal(20, 4)`
  await connection.query(`${createTable('millrace_expected', shape, 'TEMPORARY TABLE')} ON COMMIT DROP`);
  const expected = await columnsOf(connection, 'pg_temp.millrace_expected');
  const problems = [
    ...compare(expected, await columnsOf(connection, quoteTable(shape.table))),
    ...(await keyProblems(connection, shape)),
  ];
  await connection.query('COMMIT');
  if (problems.length === 0) return;
  throw invalid(
    'POSTGRES_TABLE_MISMATCH',
    `table "${shape.table}" is not as the sink writes it: ${problems.join('; ')}`,
    {
      hint: 'Alter the table, or mend the columns of the sink. The sink does not change a table that is there.',
    },
  );
}

interface FoundColumn {
  readonly type: string;
  /** A row cannot be inserted without it. */
  readonly required: boolean;
}

function createTable(name: string, { key, values }: TableShape, what: string): string {
  const columns = [...key, ...values].map((column) => `${quoteName(column.name)} ${column.type}`);
  const primary = `PRIMARY KEY (${key.map((column) => quoteName(column.name)).join(', ')})`;
  return `CREATE ${what} ${name} (${[...columns, primary].join(', ')})`;
}

async function columnsOf(connection: PostgresConnection, table: string): Promise<Map<string, FoundColumn>> {
  const { rows } = await connection.query(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type,
            attnotnull AND NOT atthasdef AND attidentity = '' AS required
       FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped`,
    [table],
  );
  return new Map(
    rows.map(({ name, type, required }) => [String(name), { type: String(type), required: required === true }]),
  );
}

function compare(expected: ReadonlyMap<string, FoundColumn>, found: ReadonlyMap<string, FoundColumn>): string[] {
  const wrong = [...expected].flatMap(([name, { type }]) => {
    const column = found.get(name);
    if (column === undefined) return [`column "${name}" (${type}) is missing`];
    return column.type === type ? [] : [`column "${name}" is ${column.type}, not ${type}`];
  });
  const unfilled = [...found].filter(([name, { required }]) => required && !expected.has(name));
  return [...wrong, ...unfilled.map(([name]) => `column "${name}" must not be null, and the sink does not write it`)];
}

/** `ON CONFLICT` needs a unique index on exactly these columns. */
async function keyProblems(connection: PostgresConnection, { table, key }: TableShape): Promise<string[]> {
  const { rows } = await connection.query(
    `SELECT json_agg(attname::text ORDER BY attname::text COLLATE "C")::text AS columns
       FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
      WHERE indrelid = $1::regclass AND indisunique AND indpred IS NULL AND indexprs IS NULL
      GROUP BY indexrelid`,
    [quoteTable(table)],
  );
  const names = key.map(({ name }) => name);
  const wanted = JSON.stringify(names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
  if (rows.some(({ columns }) => JSON.stringify(JSON.parse(String(columns))) === wanted)) return [];
  return [`there is no primary key or unique index on (${names.map((name) => `"${name}"`).join(', ')})`];
}
