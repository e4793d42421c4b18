import Big from 'big.js';
import { MillraceError } from '../../util/errors.js';

/** The type of a column: as in CQL, or `json`, which is a `text` that holds any JSON. */
export type CassandraType = keyof CassandraValues;

/** What a record has in a column, unless it is null. */
export type CassandraValue<T extends CassandraType> = CassandraValues[T];

interface CassandraValues {
  readonly text: string;
  readonly ascii: string;
  readonly tinyint: number;
  readonly smallint: number;
  readonly int: number;
  /** A number is an integer within ±(2^53 - 1). */
  readonly bigint: bigint | number;
  readonly varint: bigint | number;
  /** Of any precision and scale: nothing is rounded. */
  readonly decimal: Big | string | bigint;
  readonly float: number;
  readonly double: number;
  readonly boolean: boolean;
  readonly blob: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly timestamp: Date | number;
  /** `YYYY-MM-DD`, of no time zone. */
  readonly date: string;
  readonly uuid: string;
  readonly timeuuid: string;
  readonly json: unknown;
}

/** A value as the driver takes it; null takes the cell away. */
export type DriverValue = string | number | boolean | Buffer | Date | null;

const DAY = /^\d{4}-\d\d-\d\d$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const TIME_UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-1/i;
/** 1e999999999 is short as a text of its own and long as digits. */
const MOST_DIGITS = 10_000;

/** Undefined: the type does not hold the value. Null does not come here. */
type Conversion = (value: unknown) => DriverValue | undefined;

const CONVERSIONS: Readonly<Record<CassandraType, Conversion>> = {
  text: (value) => (typeof value === 'string' ? value : undefined),
  ascii: (value) => (typeof value === 'string' && /^[\0-\x7f]*$/.test(value) ? value : undefined),
  tinyint: integer(8),
  smallint: integer(16),
  int: integer(32),
  bigint: (value) => digits(value, (number) => BigInt.asIntN(64, number) === number),
  varint: (value) => digits(value, () => true),
  decimal,
  float: (value) => (typeof value === 'number' ? value : undefined),
  double: (value) => (typeof value === 'number' ? value : undefined),
  boolean: (value) => (typeof value === 'boolean' ? value : undefined),
  blob: (value) =>
    value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : undefined,
  timestamp,
  date: day,
  uuid: (value) => (typeof value === 'string' && UUID.test(value) ? value : undefined),
  timeuuid: (value) => (typeof value === 'string' && UUID.test(value) && TIME_UUID.test(value) ? value : undefined),
  json,
};

/** The type's name in CQL. */
export function cqlType(type: CassandraType): string {
  return type === 'json' ? 'text' : type;
}

/**
 * A value as the driver takes it, without loss.
 * @throws MillraceError `CASSANDRA_VALUE_INVALID`
 */
export function toDriver(value: unknown, name: string, type: CassandraType): DriverValue {
  if (value === null || value === undefined) return null;
  const converted = CONVERSIONS[type](value);
  if (converted !== undefined) return converted;
  throw new MillraceError({
    code: 'CASSANDRA_VALUE_INVALID',
    kind: 'data',
    message: `column "${name}" (${type}) cannot hold ${described(value)}`,
    hint: 'Mend what `of` gives for the column, or its type.',
  });
}

function integer(bits: number): Conversion {
  const limit = 2 ** (bits - 1);
  return (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= -limit && value < limit ? value : undefined;
}

function digits(value: unknown, fits: (number: bigint) => boolean): string | undefined {
  const exact = typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
  return typeof exact === 'bigint' && fits(exact) ? String(exact) : undefined;
}

/** Its scale is kept: `0.10` stays `0.10`. */
function decimal(value: unknown): string | undefined {
  if (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)) return value;
  if (typeof value === 'bigint') return String(value);
  const number = value instanceof Big ? value : bigOf(value);
  return number === undefined || Math.abs(number.e) > MOST_DIGITS ? undefined : number.toFixed();
}

function bigOf(value: unknown): Big | undefined {
  if (typeof value !== 'string') return undefined;
  try {
    return new Big(value);
  } catch {
    return undefined; // a text that is no number
  }
}

function timestamp(value: unknown): Date | undefined {
  const date = typeof value === 'number' ? new Date(value) : value;
  return date instanceof Date && !Number.isNaN(date.getTime()) ? date : undefined;
}

function day(value: unknown): string | undefined {
  if (typeof value !== 'string' || !DAY.test(value)) return undefined;
  const date = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value) ? value : undefined; // no 30th of February
}

function json(value: unknown): string | undefined {
  try {
    return JSON.stringify(value); // undefined for functions
  } catch {
    return undefined; // a bigint is in it, or the value itself
  }
}

/** Payloads do not go into logs: what kind of value it is, and numbers, which are what is out of range. */
function described(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value).slice(0, 50);
  return typeof value === 'object' ? 'this object' : `this ${typeof value}`;
}
