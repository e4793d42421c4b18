import { namesIn, quoteName } from '../quoted-name.js';

/** `schema.table`, or `table` of the search path, quoted. */
export function quoteTable(table: string): string {
  return namesIn(table).map(quoteName).join('.');
}

/** A table in the schema of another one. */
export function besides(table: string, name: string): string {
  const [schema, own] = namesIn(table);
  return own === undefined || schema === undefined ? quoteName(name) : `${quoteName(schema)}.${quoteName(name)}`;
}

/**
 * A value as Postgres reads it from text, without loss: numbers and bigints by their digits, a decimal of any library by its
 * `toString` or `toJSON`, dates in UTC, bytes in hex. Undefined is null.
 * @param type the column's: values of `json` and `jsonb` are JSON, lists of other types are arrays
 */
export function toText(value: unknown, type: string): string | null {
  if (value === null || value === undefined) return null;
  if (/^jsonb?$/i.test(type)) return JSON.stringify(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  if (Array.isArray(value)) return arrayText(value, type);
  if (typeof value === 'string') return value;
  return typeof value === 'object' ? ownText(value) : `${value as number | bigint | boolean}`;
}

function arrayText(values: readonly unknown[], type: string): string {
  const elements = values.map((value) => {
    const text = toText(value, type);
    return text === null ? 'NULL' : Array.isArray(value) ? text : `"${text.replace(/[\\"]/g, '\\$&')}"`;
  });
  return `{${elements.join(',')}}`;
}

/** A decimal, a temporal or the like by its own text; a plain object as JSON. */
function ownText(value: object): string {
  const json = JSON.stringify(value);
  return /^"(?:[^"\\])*"$/.test(json) ? json.slice(1, -1) : json;
}
