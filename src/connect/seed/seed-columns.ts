import { MillraceError } from '../../util/errors.js';
import type { SeedRow } from './seed-source.js';

/** Which columns, or fields, of a row are what; each has its own name by default, as `millrace state export` writes it. */
export interface SeedColumns {
  /** Default `key`. */
  readonly key?: string;
  /** Default `value`; `*`: the whole row. */
  readonly value?: string;
  /** Milliseconds, a date, or ISO 8601. Default `timestamp`. */
  readonly timestamp?: string;
}

type Columns = Readonly<Record<string, unknown>>;

/**
 * The row of a store that a row of a file or a table is.
 * @param place of the row, such as `line 17 of "rows.jsonl"`
 * @throws MillraceError `SEED_ROW_INVALID`
 */
export function seedRowOf(row: unknown, columns: SeedColumns, place: string): SeedRow {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) throw invalidRow(place, 'is no object');
  const fields = row as Columns; // an object, so its fields have names
  const { key = 'key', value = 'value', timestamp = 'timestamp' } = columns;
  const more = { ...timesOf(fields, place), ...timeOf('timestamp', fields[timestamp], place) };
  if (typeof fields.key_bytes === 'string') {
    const { key_bytes: keyBytes, value_bytes: valueBytes } = fields;
    const raw = typeof valueBytes === 'string' ? Buffer.from(valueBytes, 'base64') : null;
    return { key: Buffer.from(keyBytes, 'base64'), value: raw, raw: true, ...more };
  }
  if ('key_bytes' in fields) return { ...textRow(fields, place), ...more };
  const found = fields[key] ?? undefined;
  if (found === undefined) throw invalidRow(place, `has no "${key}"`);
  if (value !== '*' && !(value in fields)) throw invalidRow(place, `has no "${value}"`);
  return { key: found, value: value === '*' ? fields : fields[value], ...more };
}

/** A row of an export to Avro or Parquet: it has every column, and key and value are JSON text. */
function textRow({ key, value }: Columns, place: string): SeedRow {
  try {
    const parse = (text: unknown): unknown => (typeof text === 'string' ? JSON.parse(text) : null);
    return { key: parse(key), value: parse(value) };
  } catch {
    throw invalidRow(place, 'has a key or a value that is no JSON text');
  }
}

function timesOf(fields: Columns, place: string): Partial<SeedRow> {
  const { timestamp: startMs } = timeOf('window_start', fields.window_start, place);
  const { timestamp: endMs } = timeOf('window_end', fields.window_end, place);
  const { timestamp: validTo } = timeOf('valid_to', fields.valid_to, place);
  return {
    ...(startMs !== undefined && { window: { startMs, ...(endMs !== undefined && { endMs }) } }),
    ...(validTo !== undefined && { validTo }),
  };
}

function timeOf(name: string, given: unknown, place: string): { readonly timestamp?: number } {
  if (given === undefined || given === null) return {};
  const time = given instanceof Date || typeof given === 'string' ? new Date(given).getTime() : Number(given);
  if (Number.isSafeInteger(time)) return { timestamp: time };
  throw invalidRow(place, `has a "${name}" that is no time`);
}

function invalidRow(place: string, problem: string): MillraceError {
  return new MillraceError({
    code: 'SEED_ROW_INVALID',
    kind: 'data',
    message: `${place} ${problem}`,
    hint: 'Mend the row, or name the columns that hold key, value and timestamp.',
  });
}
