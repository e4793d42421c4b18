import { defineGenerator, type GeneratedRecord } from 'millrace';

/** Events reach the topics up to this much after their time, within the bound of the pipeline. */
const MOST_DELAY_MS = 8_000;
const LONGEST_SESSION_MS = 6_000;
const MOST_TRANSACTIONS = 8;
const MOST_CENTS = 50_000;
/** Of a hundred transactions, how many come twice, and how many so late that their session is gone. */
const TWICE = 10;
const TOO_LATE = 2;
const TOO_LATE_MS = 60_000;
const DEVICES = ['phone', 'tablet', 'browser'] as const;
const COUNTRIES = ['CH', 'DE', 'FR', 'IT', 'JP'] as const;

/** Sessions of users `user-1`, `user-2`, …, of the first ones most, each with its transactions and changes of its user, in any order. */
export const sessionsGenerator = defineGenerator({
  topics: ['money-transactions', 'sessions', 'users'],
  ratePerSecond: 50,
  options: { users: { default: 200, description: 'how many users there are' } },
  next({ index, timestampMs, random, options }) {
    const below = (limit: number): number => Math.floor(random.next() * limit);
    const user_id = `user-${1 + Math.floor(options.users * random.next() ** 2)}`;
    const session_id = `session-${index}`;
    const begin = timestampMs - MOST_DELAY_MS;

    const user = (timestamp: number): GeneratedRecord => {
      const value = { user_id, name: `Name of ${user_id}`, country: COUNTRIES[below(COUNTRIES.length)], timestamp };
      return { topic: 'users', key: user_id, value };
    };
    const transaction = (number: number): GeneratedRecord => {
      const [cents, delay] = [1 + below(MOST_CENTS), below(100) < TOO_LATE ? TOO_LATE_MS : 0];
      const amount = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
      const times = { timestamp: begin + below(MOST_DELAY_MS) - delay };
      const ids = { transaction_id: `transaction-${index}-${number}`, user_id, session_id };
      return { topic: 'money-transactions', key: user_id, value: { ...ids, amount, currency: 'USD', ...times } };
    };

    const ends_at = begin + 1_000 + below(LONGEST_SESSION_MS - 1_000);
    const value = { session_id, user_id, device: DEVICES[below(DEVICES.length)], timestamp: begin, ends_at };
    const session = { topic: 'sessions', key: session_id, value };
    const transactions = Array.from({ length: 1 + below(MOST_TRANSACTIONS) }, (_, number) => transaction(number));
    const again = transactions.filter(() => below(100) < TWICE);
    const records = [user(begin), user(begin + below(MOST_DELAY_MS)), ...transactions, ...again];
    const order = new Map(records.map((record) => [record, random.next()]));
    return [session, ...records.toSorted((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0))];
  },
});
