import Big from 'big.js';
import { exactJson, type Serde } from 'millrace';
import { DECIMALS, decimalsOf, INTEGER_DIGITS } from './money.js';

/** The members of a JSON object; its numbers are exact. */
export type Fields = Readonly<Partial<Record<string, unknown>>>;

/** Times below this are seconds: as milliseconds they would be in 1973. */
const SECONDS_BELOW = 100_000_000_000;
/** The last time that a date can say, milliseconds. */
const LATEST_MS = 8.64e15;

/**
 * JSON objects whose numbers are exact, so that no amount passes through a floating-point number. What `read` throws is the
 * reason why a record is malformed. Amounts are written as text.
 */
export function exactObject<T>(what: string, read: (fields: Fields) => T): Serde<T> {
  const parse = (value: unknown): T => {
    if (typeof value !== 'object' || value === null || value instanceof Big)
      throw new TypeError(`${what} is an object`);
    return read(value as Fields);
  };
  return exactJson(parse, { decimals: 'text' });
}

/** Text without control characters: ids are parts of keys. */
export function idOf(fields: Fields, name: string): string {
  const id = fields[name];
  if (typeof id === 'string' && /^\P{Cc}+$/u.test(id)) return id;
  throw new TypeError(id === undefined ? `${name} is missing` : `${name} is not a text`);
}

/** A decimal that is not negative, as text or as a number. */
export function amountOf(fields: Fields, name: string): Big {
  const given = fields[name];
  if (given === undefined) throw new TypeError(`${name} is missing`);
  const text = typeof given === 'string' && /^\d+(\.\d+)?$/.test(given);
  if (!text && !(given instanceof Big)) throw new TypeError(`${name} is not a decimal`);
  const amount = new Big(given);
  if (amount.lt(0)) throw new TypeError(`${name} is negative`);
  if (amount.e < INTEGER_DIGITS && decimalsOf(amount) <= DECIMALS) return amount;
  throw new TypeError(`${name} has more than ${INTEGER_DIGITS} digits or ${DECIMALS} decimals`);
}

/** Epoch milliseconds, of milliseconds, or seconds if below 10^11, or ISO 8601. */
export function timeOf(fields: Fields, name: string): number {
  const given = fields[name];
  const time = given instanceof Big ? given.toNumber() : typeof given === 'string' ? Date.parse(given) : NaN;
  if (!(time >= 0 && time <= LATEST_MS)) throw new TypeError(`${name} is not a time`);
  return Math.floor(given instanceof Big && time < SECONDS_BELOW ? time * 1_000 : time);
}
