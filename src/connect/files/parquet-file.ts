import { invalid } from '../../util/errors.js';
import type { FileEncoding, FileFormat } from './file-format.js';
import { parquetColumn, type ParquetColumn, type ParquetColumnType, type ParquetValue } from './parquet-column.js';
import { ParquetEncoder, type ParquetLibrary, type ParquetRow, type RowGroupLimits } from './parquet-encoder.js';

/** The columns of a file by name, in their order. */
export type ParquetColumns = Readonly<Record<string, ParquetColumnType>>;

/** A row: for each column a value of its type, or null. */
export type ParquetRecord<C extends ParquetColumns> = {
  readonly [N in keyof C]: ParquetValue<C[N]> | null | undefined;
};

export interface ParquetFileOptions<C extends ParquetColumns> {
  /**
   * `string`, `int32`, `int64`, `double`, `boolean`, `timestamp` (milliseconds, UTC), `date` (`YYYY-MM-DD`), `json`, and
   * `decimal(precision,scale)` of at most 38 digits. Each may be null.
   */
  readonly columns: C;
  /**
   * The rows of a file are gathered in memory until they reach one of these. Default 20,000 rows, 8 MiB. A row group is made at
   * one go, which holds up all else: some 200 ms for 20,000 rows, and a second for 100,000.
   */
  readonly rowGroup?: Partial<RowGroupLimits>;
}

const DEFAULT_ROW_GROUP: RowGroupLimits = { rows: 20_000, bytes: 8 << 20 };
const NUMBER_BYTES = 8;

/**
 * Parquet files, compressed by Snappy. Decimals and 64-bit integers are exact.
 *
 *     fileSink({
 *       to: '/data/sales',
 *       format: parquetFile({ columns: { seller: 'string', amount: 'decimal(12,2)', at: 'timestamp' } }),
 *       row: ({ key, value, timestamp }) => ({ seller: key, amount: value?.amount, at: timestamp }),
 *     })
 *
 * A row with a value of another type meets the production policy (`SINK_ROW_INVALID`).
 * @throws MillraceError `PARQUET_COLUMNS`
 */
export function parquetFile<const C extends ParquetColumns>(
  options: ParquetFileOptions<C>,
): FileFormat<ParquetRecord<C>> {
  const columns = Object.entries(options.columns).map(([name, type]) => columnOf(name, type));
  if (columns.length === 0) throw columnsInvalid('a Parquet file has no columns');
  const limits = { ...DEFAULT_ROW_GROUP, ...options.rowGroup };
  return {
    extension: 'parquet',
    load: async () => encodingOf(await import('hyparquet-writer'), columns, limits), // only programs with Parquet load it
  };
}

function encodingOf(
  library: ParquetLibrary,
  columns: readonly ParquetColumn[],
  limits: RowGroupLimits,
): FileEncoding<Readonly<Record<string, unknown>>> {
  return {
    prepare: (row) => prepare(row, columns),
    begin: () => new ParquetEncoder(library, columns, limits),
  };
}

function prepare(row: Readonly<Record<string, unknown>>, columns: readonly ParquetColumn[]): ParquetRow {
  let bytes = 0;
  const values = columns.map(({ name, type, toPhysical }) => {
    const given = row[name] ?? null;
    if (given === null) return null;
    const value = toPhysical(given);
    if (value === undefined) throw rowInvalid(name, type, given);
    bytes += typeof value === 'string' || value instanceof Uint8Array ? value.length : NUMBER_BYTES;
    return value;
  });
  return { values, bytes };
}

function columnOf(name: string, type: string): ParquetColumn {
  const column = parquetColumn(name, type);
  if (column === undefined) throw columnsInvalid(`column "${name}" of a Parquet file has the type "${type}"`);
  return column;
}

function columnsInvalid(message: string): Error {
  return invalid('PARQUET_COLUMNS', message, {
    hint: 'Columns are string, int32, int64, double, boolean, timestamp, date, json or decimal(precision,scale), with at most 38 digits.',
  });
}

function rowInvalid(name: string, type: string, value: unknown): Error {
  const given = typeof value === 'string' ? JSON.stringify(value.slice(0, 100)) : `a ${typeof value}`;
  return invalid('SINK_ROW_INVALID', `column "${name}" of a row of a file sink is not of type ${type}: ${given}`, {
    hint: 'Let `row` give values of the columns’ types, which are never rounded, and filter records that have none.',
  });
}
