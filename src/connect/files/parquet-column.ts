import Big from 'big.js';
import type { SchemaElement } from 'hyparquet-writer';
import { unscaledOf } from '../../serde/avro/decimal-bytes.js';

/** The type of a column of a Parquet file; each may be null. */
export type ParquetColumnType =
  'string' | 'int32' | 'int64' | 'double' | 'boolean' | 'timestamp' | 'date' | 'json' | `decimal(${number},${number})`;

/** What a row has in a column, unless it is null. */
export type ParquetValue<T extends ParquetColumnType> = T extends keyof PlainValues
  ? PlainValues[T]
  : Big | string | bigint;

interface PlainValues {
  readonly string: string;
  readonly int32: number;
  /** A number is an integer within ±(2^53 - 1). */
  readonly int64: bigint | number;
  readonly double: number;
  readonly boolean: boolean;
  /** Milliseconds since the epoch. */
  readonly timestamp: number | Date;
  /** `YYYY-MM-DD`, of no time zone. */
  readonly date: string;
  readonly json: unknown;
}

/** A column, ready for use. */
export interface ParquetColumn {
  readonly name: string;
  /** As given. */
  readonly type: string;
  readonly element: SchemaElement;
  /** What the library takes for a value; undefined when it is not of the type. Null does not come here. */
  readonly toPhysical: (value: unknown) => unknown;
}

/** How values of a type are written. */
type Physical = Pick<ParquetColumn, 'toPhysical'> & { readonly element: Omit<SchemaElement, 'name'> };

const DAY_MS = 86_400_000;
const DAY = /^\d{4}-\d\d-\d\d$/;
const DECIMAL = /^decimal\((\d+),(\d+)\)$/;
/** More do not fit into the 16 bytes that readers have for a decimal. */
const MOST_DIGITS = 38;
const MOST_DIGITS_OF_INT64 = 18;
const DECIMAL_BYTES = 16;

const PLAIN: ReadonlyMap<string, Physical> = new Map<keyof PlainValues, Physical>([
  [
    'string',
    {
      element: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
      toPhysical: (value) => (typeof value === 'string' ? value : undefined),
    },
  ],
  [
    'int32',
    {
      element: { type: 'INT32' },
      toPhysical: (value) => (typeof value === 'number' && (value | 0) === value ? value : undefined),
    },
  ],
  ['int64', { element: { type: 'INT64' }, toPhysical: int64 }],
  ['double', { element: { type: 'DOUBLE' }, toPhysical: (value) => (typeof value === 'number' ? value : undefined) }],
  [
    'boolean',
    { element: { type: 'BOOLEAN' }, toPhysical: (value) => (typeof value === 'boolean' ? value : undefined) },
  ],
  [
    'timestamp',
    {
      element: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
      toPhysical: (value) => int64(value instanceof Date ? value.getTime() : value),
    },
  ],
  ['date', { element: { type: 'INT32', converted_type: 'DATE' }, toPhysical: day }],
  ['json', { element: { type: 'BYTE_ARRAY', logical_type: { type: 'JSON' } }, toPhysical: jsonBytes }],
]);

/** A column of the type; undefined when there is no such type. */
export function parquetColumn(name: string, type: string): ParquetColumn | undefined {
  const physical = PLAIN.get(type) ?? decimal(type);
  return physical && { ...physical, name, type, element: { name, repetition_type: 'OPTIONAL', ...physical.element } };
}

function int64(value: unknown): bigint | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  return typeof value === 'bigint' && BigInt.asIntN(64, value) === value ? value : undefined;
}

function day(value: unknown): number | undefined {
  if (typeof value !== 'string' || !DAY.test(value)) return undefined;
  const date = new Date(`${value}T00:00:00Z`);
  const isDay = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value); // there is no 30th of February
  return isDay ? date.getTime() / DAY_MS : undefined;
}

function jsonBytes(value: unknown): Uint8Array | undefined {
  try {
    const text = JSON.stringify(value) as string | undefined; // of functions there is none
    return text === undefined ? undefined : Buffer.from(text);
  } catch {
    return undefined; // a bigint is in it, or the value itself
  }
}

/** The digits without the point, as an integer: nothing is rounded. */
function decimal(type: string): Physical | undefined {
  const [, precision = 0, scale = 0] = (DECIMAL.exec(type) ?? []).map(Number);
  if (precision < 1 || precision > MOST_DIGITS || scale > precision) return undefined;
  const inInt64 = precision <= MOST_DIGITS_OF_INT64;
  const element = { converted_type: 'DECIMAL', precision, scale } as const;
  return {
    element: inInt64
      ? { type: 'INT64', ...element }
      : { type: 'FIXED_LEN_BYTE_ARRAY', type_length: DECIMAL_BYTES, ...element },
    toPhysical(value) {
      const digits = decimalOf(value);
      const unscaled = digits && unscaledOf(digits, scale);
      if (unscaled === undefined || unscaled.replace('-', '').length > precision) return undefined;
      return BigInt(unscaled);
    },
  };
}

function decimalOf(value: unknown): Big | undefined {
  if (value instanceof Big) return value;
  if (typeof value !== 'string' && typeof value !== 'bigint') return undefined;
  try {
    return new Big(String(value));
  } catch {
    return undefined; // a text that is no number
  }
}
