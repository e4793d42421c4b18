import { avro, defineQuery, type ReadOnlyKeyValueStore, type ValueAndTimestamp } from 'millrace';
import { mean, money, roundedMoney } from '../money.js';
import type { TopCredits } from './top-credits.js';
import type { Balance, Debits } from './topology.js';

type Balances = ReadOnlyKeyValueStore<string, ValueAndTimestamp<Balance>>;
type AverageDebits = ReadOnlyKeyValueStore<string, ValueAndTimestamp<Debits>>;

const balance = defineQuery({
  name: 'balance',
  path: '/balance/{wallet_id}',
  description: 'What a wallet holds.',
  returns: {
    wallet_id: avro.string(),
    balance: money,
  },
  answer({ wallet_id }, stores) {
    const found = stores.store<Balances>('balances').get(wallet_id);
    return found && { wallet_id, ...found.value };
  },
});

const averageDailyDebit = defineQuery({
  name: 'average_daily_debit',
  path: '/average_daily_debit/{wallet_id}',
  description: "The mean of a wallet's net debits per day, over the days on which they are not zero.",
  returns: {
    wallet_id: avro.string(),
    average_daily_debit: roundedMoney,
    days: avro.field(avro.int(), { doc: 'How many days there are.' }),
  },
  answer({ wallet_id }, stores) {
    const debits = stores.store<AverageDebits>('avg-debits').get(wallet_id)?.value;
    return debits && { wallet_id, average_daily_debit: mean(debits.total, debits.days), days: debits.days };
  },
});

const Credit = avro.record(
  'Credit',
  {
    amount: money,
    wallet_id: avro.string(),
    transaction_id: avro.string(),
    timestamp: avro.field(avro.long(), { doc: 'Epoch milliseconds.' }),
  },
  { doc: 'One credit.' },
);

const topCredits = defineQuery({
  name: 'top_credits',
  path: '/top_credits/{product_id}',
  description: 'The five largest credits of a product that were not cancelled.',
  returns: {
    product_id: avro.string(),
    credits: avro.field(avro.array(Credit), { doc: 'Largest first.' }),
  },
  answer({ product_id }, stores) {
    const found = stores.store<ReadOnlyKeyValueStore<string, TopCredits>>('top-credits').get(product_id);
    return found && { product_id, ...found };
  },
});

export const walletQueries = [balance, averageDailyDebit, topCredits];
