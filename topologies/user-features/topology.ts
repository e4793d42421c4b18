import { defineTopology, json, long, string, tumbling, type StreamsBuilder, type Windowed } from 'millrace';
import { service } from './gen/service.js';
import { transactionsGenerator } from './generator.js';
import { userQueries } from './queries.js';
import { transactionSerde, type Transaction } from './transaction.js';
import { addToStats, NO_STATS, type UserStats } from './user-stats.js';

/** One count, as topic `transactions-per-minute` holds it; window times are epoch milliseconds. */
export interface TransactionsPerMinute {
  readonly user_id: string;
  readonly window_start: number;
  readonly window_end: number;
  readonly transactions: number;
}

/** Features of users for models and rules: how often a user pays, minute by minute, and how much. */
export default defineTopology({
  name: 'user-features',
  // A line that is no transaction is logged and counted, and the rest goes on.
  config: { errorPolicies: { deserialization: 'skip' } },
  generators: [transactionsGenerator],
  queries: userQueries,
  service,

  build(builder: StreamsBuilder) {
    const ofUsers = builder
      .stream('transactions', { key: string(), value: transactionSerde, timestamp: ({ timestamp }) => timestamp })
      .filter(isThere)
      .selectKey(({ user_id }) => user_id)
      .repartition({ name: 'transactions-by-user', key: string() })
      .groupByKey();

    ofUsers
      .windowedBy(tumbling('1m', { grace: '10s' }))
      .count({ store: 'transactions-per-minute', value: long(), retention: '1h' })
      .toStream()
      .map((window, count) => [window.key, transactionsPerMinute(window, count)])
      .to('transactions-per-minute', { key: string(), value: json<TransactionsPerMinute>() });

    ofUsers
      .aggregate(() => NO_STATS, addToStats, { store: 'user-stats', value: json<UserStats>() })
      .toStream()
      .to('user-stats');
  },
});

/** A record without a value tells of no transaction. */
function isThere(transaction: Transaction | null): boolean {
  return transaction !== null;
}

function transactionsPerMinute({ key, start, end }: Windowed<string>, transactions: number): TransactionsPerMinute {
  return { user_id: key, window_start: start, window_end: end, transactions };
}
