import Big from 'big.js';
import { MillraceError } from '../../util/errors.js';
import type { JsonValue } from '../json-value.js';
import type { AnswerType, ObjectType, TimestampType } from './answer-type.js';

/**
 * An answer as JSON, by its shape: what REST sends and what the protobuf message is read from. Decimals are text with all
 * their digits, times ISO 8601, bytes base64, integers beyond 2^53 text. What the shape does not name is left out.
 * @throws MillraceError `QUERY_ANSWER_MISFIT` when the answer is not of its shape
 */
export function answerJson(type: ObjectType, answer: unknown): JsonValue {
  return objectJson(type, answer, '');
}

function objectJson({ name, fields }: ObjectType, value: unknown, path: string): JsonValue {
  if (typeof value !== 'object' || value === null) throw misfit(path, `a ${name}`, value);
  const given = value as Readonly<Record<string, unknown>>; // as: any object has fields by name, of unknown types
  const entries = fields.map((field): [string, JsonValue] => [
    field.name,
    valueJson(field.type, given[field.name], path === '' ? field.name : `${path}.${field.name}`),
  ]);
  return Object.fromEntries(entries);
}

function valueJson(type: AnswerType, value: unknown, path: string): JsonValue {
  switch (type.kind) {
    case 'object':
      return objectJson(type, value, path);
    case 'optional':
      return value === null || value === undefined ? null : valueJson(type.of, value, path);
    case 'list':
      if (!Array.isArray(value)) throw misfit(path, 'a list', value);
      return value.map((item, index) => valueJson(type.items, item, `${path}[${index}]`));
    case 'map':
      if (typeof value !== 'object' || value === null) throw misfit(path, 'an object', value);
      return Object.fromEntries(
        Object.entries(value).map(([name, item]) => [name, valueJson(type.values, item, `${path}.${name}`)]),
      );
    case 'string':
      return expected(path, 'a text', value, (text) => typeof text === 'string');
    case 'symbol':
      return expected(path, `one of ${type.symbols.join(', ')}`, value, (text) => type.symbols.some((s) => s === text));
    case 'bool':
      return expected(path, 'true or false', value, (flag) => typeof flag === 'boolean');
    case 'int32':
      return expected(path, 'an integer of 32 bits', value, (number) => number === Number(number) >> 0);
    case 'int64':
      return integerJson(value, path);
    case 'float':
    case 'double':
      return doubleJson(value, path);
    case 'decimal':
      return decimalJson(type.scale, value, path);
    case 'timestamp':
      return timeJson(type, value, path);
    case 'bytes':
      if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
      throw misfit(path, 'bytes', value);
  }
}

function expected(path: string, what: string, value: unknown, fits: (value: unknown) => boolean): JsonValue {
  if (fits(value)) return value as JsonValue; // as: a text, a number or a boolean, `fits` says
  throw misfit(path, what, value);
}

function integerJson(value: unknown, path: string): JsonValue {
  if (Number.isSafeInteger(value)) return value as number; // as: isSafeInteger narrows nothing
  if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value) throw misfit(path, 'an integer', value);
  return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
}

function doubleJson(value: unknown, path: string): JsonValue {
  if (typeof value !== 'number') throw misfit(path, 'a number', value);
  return Number.isFinite(value) ? value : String(value);
}

/** Never rounded: digits that do not fit are a mistake. */
function decimalJson(scale: number, value: unknown, path: string): JsonValue {
  const decimal = decimalOf(value);
  if (decimal === undefined || !decimal.eq(decimal.round(scale))) {
    throw misfit(path, `a decimal with at most ${scale} digits behind the point`, value);
  }
  return decimal.toFixed(scale);
}

function decimalOf(value: unknown): Big | undefined {
  if (value instanceof Big) return value;
  try {
    return typeof value === 'string' ? new Big(value) : undefined;
  } catch {
    return undefined; // no number
  }
}

const MICROS = 1_000_000n;

function timeJson({ unit }: TimestampType, value: unknown, path: string): JsonValue {
  const [ms, micros] = unit === 'millis' ? [value, undefined] : millisOf(value);
  const date = new Date(typeof ms === 'number' ? ms : Number.NaN);
  if (Number.isNaN(date.getTime())) throw misfit(path, `a time in ${unit} since the epoch`, value);
  const iso = date.toISOString();
  return micros === undefined ? iso : `${iso.slice(0, -'.000Z'.length)}.${String(micros).padStart(6, '0')}Z`;
}

/** Whole seconds in milliseconds, and the microseconds beyond them. */
function millisOf(value: unknown): [number | undefined, bigint | undefined] {
  if (typeof value !== 'bigint') return [undefined, undefined];
  const beyond = ((value % MICROS) + MICROS) % MICROS;
  return [Number((value - beyond) / 1_000n), beyond];
}

function misfit(path: string, what: string, value: unknown): MillraceError {
  const shown = typeof value === 'bigint' || typeof value === 'number' ? String(value) : typeof value;
  return new MillraceError({
    code: 'QUERY_ANSWER_MISFIT',
    kind: 'internal',
    message: `${path === '' ? 'the answer' : `"${path}" of the answer`} is not ${what}: ${value === null ? 'null' : shown}`,
    hint: 'Mend `answer` of the query, or the shape that it `returns`.',
    context: { field: path },
  });
}
