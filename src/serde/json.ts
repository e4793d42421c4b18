import { messageOf } from '../util/errors.js';
import type { Serde } from './serde.js';
import { SerdeError } from './serde-error.js';

/**
 * JSON in UTF-8, without blanks, members in the order of insertion.
 *
 * Without `parse` the type is the caller's word and is not checked. With it every value read goes through `parse`, which
 * gives the value to use, or throws; what it throws becomes a SerdeError, so a malformed record meets the
 * deserialisation policy instead of the topology's code. A validation library's parse function fits.
 *
 *     json<{ seller_id: string; amount_usd: number }>()
 *     json(saleSchema.parse)
 */
export function json<T = unknown>(parse?: (value: unknown) => T): Serde<T> {
  if (parse === undefined) return JSON_SERDE as Serde<T>; // one object serves every type: T is what the caller says the JSON holds
  return Object.freeze({
    name: 'json',
    serialize: (value: T) => JSON_SERDE.serialize(value),
    deserialize(bytes: Buffer, start: number, end: number) {
      const value = JSON_SERDE.deserialize(bytes, start, end);
      try {
        return parse(value);
      } catch (error) {
        throw SerdeError.ofBytes('json', bytes, start, end, messageOf(error), error);
      }
    },
  });
}

const JSON_SERDE: Serde<unknown> = Object.freeze({
  name: 'json',
  serialize(value: unknown) {
    let text: string | undefined;
    try {
      text = textOf(value);
    } catch (error) {
      throw SerdeError.ofValue('json', value, messageOf(error));
    }
    if (text === undefined) throw SerdeError.ofValue('json', value, 'JSON has no text for it');
    return jsonBytes(text);
  },
  deserialize(bytes: Buffer, start: number, end: number) {
    try {
      return JSON.parse(bytes.utf8Slice(start, end)) as unknown;
    } catch (error) {
      throw SerdeError.ofBytes('json', bytes, start, end, messageOf(error), error);
    }
  },
});

/** JSON's text as bytes. */
export function jsonBytes(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  return bytes.length === text.length ? bytes : Buffer.from(escapeSurrogates(text), 'utf8');
}

/**
 * Characters beyond the basic plane as a pair of escapes, as Jackson writes them: a key that Java wrote has then the same
 * bytes here, and so the same partition.
 */
function escapeSurrogates(text: string): string {
  return text.replace(/[\ud800-\udfff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Undefined for what JSON has no text for (undefined, functions, symbols), which the library's type leaves out. */
const textOf: (value: unknown) => string | undefined = JSON.stringify;
