import Big from 'big.js';
import { parse } from 'lossless-json';
import { SerdeError, type Serde } from 'millrace';

/** One transaction, as topic `transactions_topic` holds it. */
export interface Transaction {
  readonly transaction_id: string;
  readonly wallet_id: string;
  readonly product_id: string;
  readonly type: TransactionType;
  /** Exact. In JSON a decimal, as text or as a number. */
  readonly amount: Big;
  readonly currency: string;
  /** Epoch milliseconds. */
  readonly timestamp: number;
  /** Of a cancellation: the `transaction_id` of what it cancels. */
  readonly cancels?: string;
}

const TYPES = ['credit', 'debit', 'cancelCredit', 'cancelDebit'] as const;
export type TransactionType = (typeof TYPES)[number];

/** Most digits before and after the point. */
export const INTEGER_DIGITS = 18;
export const DECIMALS = 9;
/** Times below this are seconds: as milliseconds they would be in 1973. */
const SECONDS_BELOW = 100_000_000_000;
/** The last time that a date can say, milliseconds. */
const LATEST_MS = 8.64e15;

/** JSON whose numbers are read digit by digit, so that no amount passes through a floating-point number. */
export const transactionSerde: Serde<Transaction> = Object.freeze({
  name: 'json',
  serialize: (transaction: Transaction) => Buffer.from(JSON.stringify(transaction)), // an amount writes itself as text
  deserialize(bytes: Buffer, start: number, end: number) {
    try {
      return toTransaction(parse(bytes.toString('utf8', start, end), undefined, (digits) => new Big(digits)));
    } catch (error) {
      throw SerdeError.ofBytes('json', bytes, start, end, error instanceof Error ? error.message : '', error);
    }
  },
});

/** Checks what JSON gave; throws what is wrong, which becomes the reason in `transactions-dlq`. */
function toTransaction(value: unknown): Transaction {
  if (typeof value !== 'object' || value === null || value instanceof Big)
    throw new TypeError('a transaction is an object');
  const fields = value as Partial<Record<string, unknown>>;
  return {
    transaction_id: idOf(fields, 'transaction_id'),
    wallet_id: idOf(fields, 'wallet_id'),
    product_id: idOf(fields, 'product_id'),
    type: typeOf(fields.type),
    amount: amountOf(fields.amount),
    currency: idOf(fields, 'currency'),
    timestamp: timeOf(fields.timestamp),
    ...(fields.cancels !== undefined && fields.cancels !== null && { cancels: idOf(fields, 'cancels') }),
  };
}

/** Text without control characters: ids are parts of keys. */
function idOf(fields: Partial<Record<string, unknown>>, name: string): string {
  const id = fields[name];
  if (typeof id === 'string' && /^\P{Cc}+$/u.test(id)) return id;
  throw new TypeError(id === undefined ? `${name} is missing` : `${name} is not a text`);
}

function typeOf(given: unknown): TransactionType {
  const type = TYPES.find((known) => known === given);
  if (type === undefined) throw new TypeError(`type is none of ${TYPES.join(', ')}`);
  return type;
}

function amountOf(given: unknown): Big {
  if (given === undefined) throw new TypeError('amount is missing');
  const text = typeof given === 'string' && /^\d+(\.\d+)?$/.test(given);
  if (!text && !(given instanceof Big)) throw new TypeError('amount is not a decimal');
  const amount = new Big(given);
  if (amount.lt(0)) throw new TypeError('amount is negative');
  if (amount.e < INTEGER_DIGITS && decimalsOf(amount) <= DECIMALS) return amount;
  throw new TypeError(`amount has more than ${INTEGER_DIGITS} digits or ${DECIMALS} decimals`);
}

/** Digits after the point. */
export function decimalsOf(amount: Big): number {
  return Math.max(0, amount.c.length - 1 - amount.e);
}

/** Milliseconds, or seconds if below 10^11, or ISO 8601. */
function timeOf(given: unknown): number {
  const time = given instanceof Big ? given.toNumber() : typeof given === 'string' ? Date.parse(given) : NaN;
  if (!(time >= 0 && time <= LATEST_MS)) throw new TypeError('timestamp is not a time');
  return Math.floor(given instanceof Big && time < SECONDS_BELOW ? time * 1_000 : time);
}
