import {
  avro,
  defineQuery,
  type ReadOnlyKeyValueStore,
  type ReadOnlyWindowStore,
  type ValueAndTimestamp,
} from 'millrace';
import { money, roundedMoney } from '../money.js';
import type { UserStats } from './user-stats.js';

type Stats = ReadOnlyKeyValueStore<string, ValueAndTimestamp<UserStats>>;
type TransactionsPerMinute = ReadOnlyWindowStore<string, ValueAndTimestamp<number>>;

const userStats = defineQuery({
  name: 'user_stats',
  path: '/user_stats/{user_id}',
  description: "What a user's transactions come to.",
  returns: {
    user_id: avro.string(),
    count: avro.field(avro.long(), { doc: 'Of transactions.' }),
    sum: money,
    min: money,
    max: money,
    mean: roundedMoney,
    last_seen: avro.field(avro.long(), { doc: 'Time of the latest transaction, epoch milliseconds.' }),
  },
  answer({ user_id }, stores) {
    const stats = stores.store<Stats>('user-stats').get(user_id);
    return stats && { user_id, ...stats.value };
  },
});

const Minute = avro.record(
  'TransactionsInMinute',
  {
    minute: avro.field(avro.timestampMillis(), { doc: 'Its beginning.' }),
    transactions: avro.long(),
  },
  { doc: 'The transactions of one minute.' },
);

const transactionsPerMinute = defineQuery({
  name: 'transactions_per_minute',
  path: '/transactions_per_minute/{user_id}',
  description: 'How many transactions a user had in each minute that is kept.',
  returns: {
    user_id: avro.string(),
    minutes: avro.field(avro.array(Minute), { doc: 'Oldest first.' }),
  },
  async answer({ user_id }, stores) {
    const minutes = [];
    const store = stores.store<TransactionsPerMinute>('transactions-per-minute');
    for await (const { startMs, value } of store.fetchRange(user_id, 0, Number.MAX_SAFE_INTEGER)) {
      minutes.push({ minute: startMs, transactions: value.value });
    }
    return minutes.length === 0 ? undefined : { user_id, minutes };
  },
});

export const userQueries = [userStats, transactionsPerMinute];
