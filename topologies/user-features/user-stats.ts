import { add, mean, toMoney, type Money } from '../money.js';
import type { Transaction } from './transaction.js';

/** What a user's transactions come to. */
export interface UserStats {
  readonly count: number;
  readonly sum: Money;
  readonly min: Money;
  readonly max: Money;
  /** Rounded half up to the decimals of the sum. */
  readonly mean: Money;
  /** Time of the latest transaction, epoch milliseconds. */
  readonly last_seen: number;
}

/** The stats of a user without transactions. */
export const NO_STATS: UserStats = { count: 0, sum: '0.00', min: '0.00', max: '0.00', mean: '0.00', last_seen: 0 };

/** The same whatever the order of the transactions. */
export function addToStats(stats: UserStats, { amount, timestamp }: Transaction): UserStats {
  const count = stats.count + 1;
  const sum = add(stats.sum, amount);
  return {
    count,
    sum,
    min: stats.count === 0 || amount.lt(stats.min) ? toMoney(amount) : stats.min,
    max: amount.gt(stats.max) ? toMoney(amount) : stats.max,
    mean: mean(sum, count),
    last_seen: Math.max(stats.last_seen, timestamp),
  };
}
