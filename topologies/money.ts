import Big from 'big.js';
import { avro } from 'millrace';

/** An exact amount as text with at least two decimals, such as `75.00`: how stores, topics and answers hold money. */
export type Money = string;

/** Money in the answer of a query: text, as in the stores, with as many decimals as its amounts had. */
export const money = avro.field(avro.string(), { doc: 'An exact decimal, such as 75.00.' });
/** Money that was divided. */
export const roundedMoney = avro.field(avro.string(), { doc: 'An exact decimal, rounded half up.' });

/** Most digits of an amount before and after the point. */
export const INTEGER_DIGITS = 18;
export const DECIMALS = 9;

export function toMoney(amount: Big): Money {
  return amount.toFixed(Math.max(2, decimalsOf(amount)));
}

export function add(money: Money, amount: Big | Money): Money {
  return toMoney(new Big(money).plus(amount));
}

/** The mean, rounded half up to the decimals of the total. */
export function mean(total: Money, count: number): Money {
  const sum = new Big(total);
  return toMoney(sum.div(count).round(Math.max(2, decimalsOf(sum)), Big.roundHalfUp));
}

/** Digits after the point. */
export function decimalsOf(amount: Big): number {
  return Math.max(0, amount.c.length - 1 - amount.e);
}
