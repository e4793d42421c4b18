import { messageOf } from '../util/errors.js';
import type { Serde } from './serde.js';
import { SerdeError } from './serde-error.js';

/**
 * JSON in UTF-8, without blanks, members in the order of insertion. The type is the caller's word: it is not checked.
 *
 *     json<{ seller_id: string; amount_usd: number }>()
 */
export function json<T = unknown>(): Serde<T> {
  return JSON_SERDE as Serde<T>; // one object serves every type: T is what the caller says the JSON holds
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
    return Buffer.from(text, 'utf8');
  },
  deserialize(bytes: Buffer, start: number, end: number) {
    try {
      return JSON.parse(bytes.utf8Slice(start, end)) as unknown;
    } catch (error) {
      throw SerdeError.ofBytes('json', bytes, start, end, messageOf(error), error);
    }
  },
});

/** Undefined for what JSON has no text for (undefined, functions, symbols), which the library's type leaves out. */
const textOf: (value: unknown) => string | undefined = JSON.stringify;
