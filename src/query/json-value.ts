import Big from 'big.js';
import type { Serde } from '../serde/serde.js';
import { messageOf } from '../util/errors.js';
import { fieldError } from './query-errors.js';

/** That of Kafka's largest record by default: no key is longer. */
const MAX_KEY_BYTES = 1_048_576;
/** Of a key in a message, characters. */
const MAX_SHOWN = 200;

/** What google.protobuf.Value can carry. */
export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue };

/**
 * A key or value as JSON: integers beyond 2^53 as strings, bytes as base64, decimals and dates as text, NaN and the
 * infinities by name. What JSON leaves out (undefined, functions) is left out.
 */
export function toJson(value: unknown): JsonValue {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'bigint':
      return BigInt.asIntN(53, value) === value || Number.isSafeInteger(Number(value))
        ? Number(value)
        : value.toString();
    case 'object':
      return value === null ? null : objectToJson(value);
    default:
      return null;
  }
}

function objectToJson(value: object): JsonValue {
  if (Buffer.isBuffer(value)) return value.toString('base64');
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(toJson);
  if (writesItself(value)) return toJson(value.toJSON());
  if (value instanceof Map) return Object.fromEntries([...value].map(([name, item]) => [String(name), toJson(item)]));
  if (value instanceof Set) return [...value].map(toJson);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined && typeof item !== 'function');
  return Object.fromEntries(entries.map(([name, item]) => [name, toJson(item)]));
}

/** Dates and decimals do. */
function writesItself(value: object): value is { toJSON(): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}

/**
 * The key that JSON means, for a serde: numbers for `long`, `integer` and `double` (or their text), bigints for `int64`,
 * decimals for `decimal`, base64 for `bytes`, `{key, start, end}` for windowed keys; anything else as it is.
 * @throws MillraceError `BAD_KEY` when the serde cannot write it; `field` names the request's field
 */
export function keyFromJson(serde: Serde<unknown>, json: unknown, field = 'key'): unknown {
  let key: unknown;
  let bytes: Buffer;
  try {
    key = convert(serde.name, json);
    bytes = serde.serialize(key);
  } catch (error) {
    const message = `${shown(json)} is not a key of serde ${serde.name}: ${messageOf(error)}`;
    throw fieldError('BAD_KEY', field, message, error);
  }
  if (bytes.length <= MAX_KEY_BYTES) return key;
  throw fieldError('BAD_KEY', field, `the key has ${bytes.length} bytes; at most ${MAX_KEY_BYTES} are taken`);
}

/** The beginning of what a request gave; JSON that is nested too deep to be written again is not shown. */
function shown(json: unknown): string {
  try {
    return JSON.stringify(json ?? null).slice(0, MAX_SHOWN);
  } catch {
    return 'what was given';
  }
}

/** As {@link keyFromJson}, unchecked: also for values, of which JSON that a serde takes as it is stays as it is. */
export function fromJson(serde: Pick<Serde<unknown>, 'name'>, json: unknown): unknown {
  return convert(serde.name, json);
}

function convert(serdeName: string, json: unknown): unknown {
  const windowed = /^(?:(?:time|session)Windowed<(.*?)(?:,\d+)?|calendarWindowed<(.*),[^,]+)>$/.exec(serdeName);
  const inner = windowed?.[1] ?? windowed?.[2];
  if (inner !== undefined && typeof json === 'object' && json !== null && 'key' in json) {
    return { ...json, key: convert(inner, json.key) };
  }
  switch (serdeName) {
    case 'long':
    case 'integer':
    case 'double':
      return typeof json === 'string' && json.trim() !== '' ? Number(json) : json;
    case 'int64':
      return typeof json === 'number' || typeof json === 'string' ? BigInt(json) : json;
    case 'decimal':
      return typeof json === 'number' || typeof json === 'string' ? new Big(json) : json;
    case 'bytes':
      return typeof json === 'string' ? Buffer.from(json, 'base64') : json;
    default:
      return json;
  }
}
