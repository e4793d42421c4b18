import type { SinkRecord } from '../../topology/sink.js';
import { quoteName } from '../quoted-name.js';
import { requireKey } from '../require-key.js';
import type { PostgresConnection } from './postgres-connection.js';
import type { TableColumn, TableShape } from './postgres-table.js';
import { quoteTable, toText } from './postgres-text.js';

/** A column, and what it takes from a record. */
export interface RowColumn extends TableColumn {
  readonly of: (record: SinkRecord) => unknown;
}

/** A record on its way into a table. */
export interface TableRow {
  /** Its index in the batch. */
  readonly index: number;
  readonly key: readonly (string | null)[];
  /** Undefined: the row is deleted. */
  readonly values: readonly (string | null)[] | undefined;
}

/** Turns records into rows, and writes rows: many at once, by one statement for those to be there and one for those to be gone. */
export class Upsert {
  readonly #upsert: string;
  readonly #delete: string;
  readonly #key: readonly RowColumn[];
  readonly #values: readonly RowColumn[];

  constructor({
    table,
    key,
    values,
  }: TableShape & { readonly key: readonly RowColumn[]; readonly values: readonly RowColumn[] }) {
    const all = [...key, ...values];
    const names = all.map(({ name }) => quoteName(name));
    const keys = key.map(({ name }) => quoteName(name)).join(', ');
    const updates = values.map(({ name }) => `${quoteName(name)} = EXCLUDED.${quoteName(name)}`);
    this.#upsert =
      `INSERT INTO ${quoteTable(table)} (${names.join(', ')}) SELECT ${typed(all)} FROM ${unnested(all)} ` +
      `ON CONFLICT (${keys}) DO ${updates.length === 0 ? 'NOTHING' : `UPDATE SET ${updates.join(', ')}`}`;
    const same = key.map(({ name, type }, i) => `target.${quoteName(name)} = CAST(c${String(i)} AS ${type})`);
    this.#delete = `DELETE FROM ${quoteTable(table)} AS target USING ${unnested(key)} WHERE ${same.join(' AND ')}`;
    this.#key = key;
    this.#values = values;
  }

  /**
   * @throws MillraceError `SINK_RECORD_WITHOUT_KEY`, or whatever a column's function throws
   */
  row(record: SinkRecord, index: number): TableRow {
    requireKey(record);
    const texts = (columns: readonly RowColumn[]): (string | null)[] =>
      columns.map(({ of, type }) => toText(of(record), type));
    return { index, key: texts(this.#key), values: record.value === null ? undefined : texts(this.#values) };
  }

  /** Writes rows so that the last one of each key counts. */
  async write(connection: PostgresConnection, rows: readonly TableRow[]): Promise<void> {
    const last = new Map(rows.map((row) => [JSON.stringify(row.key), row]));
    const there = [...last.values()].flatMap(({ key, values }) => (values === undefined ? [] : [[...key, ...values]]));
    const gone = [...last.values()].flatMap(({ key, values }) => (values === undefined ? [key] : []));
    if (there.length > 0) await connection.query(this.#upsert, columnwise(there));
    if (gone.length > 0) await connection.query(this.#delete, columnwise(gone));
  }
}

/** One parameter per column, a list of texts: so the statement is the same for any number of rows. */
function columnwise(rows: readonly (readonly (string | null)[])[]): (string | null)[][] {
  return (rows[0] ?? []).map((_, column) => rows.map((row) => row[column] ?? null));
}

function unnested(columns: readonly TableColumn[]): string {
  const lists = columns.map((_, i) => `$${String(i + 1)}::text[]`);
  return `unnest(${lists.join(', ')}) AS rows (${columns.map((_, i) => `c${String(i)}`).join(', ')})`;
}

function typed(columns: readonly TableColumn[]): string {
  return columns.map(({ type }, i) => `CAST(c${String(i)} AS ${type})`).join(', ');
}
