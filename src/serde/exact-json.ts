import Big from 'big.js';
import { parse as parseExactly, stringify } from 'lossless-json';
import { messageOf } from '../util/errors.js';
import { isDecimal } from './decimal.js';
import { jsonBytes } from './json.js';
import type { Serde } from './serde.js';
import { SerdeError } from './serde-error.js';

/** How exact JSON is written. */
export interface ExactJsonOptions {
  /**
   * Decimals become numbers with all their digits (`1234.5`), as they are read, or text (`"1234.5"`), for readers that would
   * make floating-point numbers of them. Default `number`.
   */
  readonly decimals?: 'number' | 'text';
}

const DECIMALS_AS_NUMBERS = [{ test: isDecimal, stringify: (value: unknown) => (value as Big).toFixed() }]; // as: tested
const WELL_FORMED = /^-?\d{1,1000}(\.\d{1,1000})?([eE][+-]?\d{1,3})?$/;

/**
 * JSON whose numbers are exact: every one is read digit by digit, as a `Big` of big.js. Decimals and bigints are written with
 * all their digits. As with {@link json} the type is the caller's word, unless `parse` makes the value, or throws why not.
 * Slower than `json()`; for amounts that must not lose a cent.
 *
 *     exactJson<{ seller_id: string; amount: Big }>()
 */
export function exactJson<T = unknown>(parse?: (value: unknown) => T, options: ExactJsonOptions = {}): Serde<T> {
  const made = parse ?? ((value: unknown): T => value as T); // as: T is what the caller says the JSON holds
  const stringifiers = options.decimals === 'text' ? [] : DECIMALS_AS_NUMBERS;
  return Object.freeze({
    name: 'json',
    serialize(value: T) {
      let text: string | undefined;
      try {
        text = stringify(value, undefined, undefined, stringifiers);
      } catch (error) {
        throw SerdeError.ofValue('json', value, messageOf(error));
      }
      if (text === undefined) throw SerdeError.ofValue('json', value, 'JSON has no text for it');
      return jsonBytes(text);
    },
    deserialize(bytes: Buffer, start: number, end: number) {
      try {
        return made(parseExactly(bytes.utf8Slice(start, end), undefined, decimalOf));
      } catch (error) {
        throw SerdeError.ofBytes('json', bytes, start, end, messageOf(error), error);
      }
    },
  });
}

/** Of a few digits with an exponent of many zeros a sum would be made that fills the memory. */
function decimalOf(digits: string): Big {
  if (WELL_FORMED.test(digits)) return new Big(digits);
  throw new SerdeError('SERDE_INVALID_BYTES', 'json', 'a number has more than 1,000 digits, or an exponent beyond 999');
}
