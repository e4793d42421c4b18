import { defineQuery, type ReadOnlyKeyValueStore, type ReadOnlyWindowStore, type ValueAndTimestamp } from 'millrace';
import type { UserStats } from './user-stats.js';

type Stats = ReadOnlyKeyValueStore<string, ValueAndTimestamp<UserStats>>;
type TransactionsPerMinute = ReadOnlyWindowStore<string, ValueAndTimestamp<number>>;

const userStats = defineQuery({
  name: 'user_stats',
  path: '/user_stats/{user_id}',
  answer({ user_id }, stores) {
    const stats = stores.store<Stats>('user-stats').get(user_id);
    return stats && { user_id, ...stats.value };
  },
});

/** The minutes of a user that are kept, oldest first. */
const transactionsPerMinute = defineQuery({
  name: 'transactions_per_minute',
  path: '/transactions_per_minute/{user_id}',
  async answer({ user_id }, stores) {
    const minutes = [];
    const store = stores.store<TransactionsPerMinute>('transactions-per-minute');
    for await (const { startMs, value } of store.fetchRange(user_id, 0, Number.MAX_SAFE_INTEGER)) {
      minutes.push({ minute: new Date(startMs).toISOString(), transactions: value.value });
    }
    return minutes.length === 0 ? undefined : { user_id, minutes };
  },
});

export const userQueries = [userStats, transactionsPerMinute];
