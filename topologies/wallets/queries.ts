import { defineQuery, type ReadOnlyKeyValueStore, type ValueAndTimestamp } from 'millrace';
import { mean } from '../money.js';
import type { TopCredits } from './top-credits.js';
import type { Balance, Debits } from './topology.js';

type Balances = ReadOnlyKeyValueStore<string, ValueAndTimestamp<Balance>>;
type AverageDebits = ReadOnlyKeyValueStore<string, ValueAndTimestamp<Debits>>;

const balance = defineQuery({
  name: 'balance',
  path: '/balance/{wallet_id}',
  answer({ wallet_id }, stores) {
    const found = stores.store<Balances>('balances').get(wallet_id);
    return found && { wallet_id, ...found.value };
  },
});

const averageDailyDebit = defineQuery({
  name: 'average_daily_debit',
  path: '/average_daily_debit/{wallet_id}',
  answer({ wallet_id }, stores) {
    const debits = stores.store<AverageDebits>('avg-debits').get(wallet_id)?.value;
    return debits && { wallet_id, average_daily_debit: mean(debits.total, debits.days), days: debits.days };
  },
});

const topCredits = defineQuery({
  name: 'top_credits',
  path: '/top_credits/{product_id}',
  answer({ product_id }, stores) {
    const found = stores.store<ReadOnlyKeyValueStore<string, TopCredits>>('top-credits').get(product_id);
    return found && { product_id, ...found };
  },
});

export const walletQueries = [balance, averageDailyDebit, topCredits];
