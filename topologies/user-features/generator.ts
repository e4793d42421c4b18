import { defineGenerator } from 'millrace';

/** Transactions reach the topic up to this much after they were made, well within the windows' grace. */
const MOST_DELAY_MS = 2_000;
/** Cents of the largest amount. */
const MOST_CENTS = 50_000;

/** Transactions of users `user-1`, `user-2`, …; the first ones make most. */
export const transactionsGenerator = defineGenerator({
  topics: ['transactions'],
  ratePerSecond: 100,
  options: { users: { default: 1_000, description: 'how many users there are' } },
  next({ index, timestampMs, random, options }) {
    const cents = 1 + Math.floor(random.next() * MOST_CENTS);
    const value = {
      transaction_id: `transaction-${index + 1}`,
      user_id: `user-${1 + Math.floor(options.users * random.next() ** 2)}`,
      amount: `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`,
      timestamp: timestampMs - Math.floor(random.next() * MOST_DELAY_MS),
    };
    return { topic: 'transactions', key: value.user_id, value };
  },
});
