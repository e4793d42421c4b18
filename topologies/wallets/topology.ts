import Big from 'big.js';
import { defineTopology, json, string, type KStream, type StreamsBuilder } from 'millrace';
import { service } from './gen/service.js';
import { transactionsGenerator } from './generator.js';
import { add, type Money } from '../money.js';
import { walletQueries } from './queries.js';
import { creditsStore, RankCredits, topCreditsStore, type TopCredits } from './top-credits.js';
import { transactionSerde, type Transaction } from './transaction.js';

/** What a wallet holds. */
export interface Balance {
  readonly balance: Money;
}

/** Debits of a wallet less what was cancelled of them, over the days on which that is not zero. */
export interface Debits {
  readonly total: Money;
  readonly days: number;
}

/** Balance and average daily debit per wallet, the largest credits per product. */
export default defineTopology({
  name: 'wallets',
  config: { errorPolicies: { deserialization: { deadLetter: 'transactions-dlq' } } },
  generators: [transactionsGenerator],
  queries: walletQueries,
  service,

  build(builder: StreamsBuilder) {
    // Read by the time of sending, not of the transaction: so a correction of last year is not late, and counts once too.
    const transactions = once(builder.stream('transactions_topic', { key: string(), value: transactionSerde }));

    transactions
      .groupByKey()
      .aggregate(() => ({ balance: '0.00' }), addToBalance, { store: 'balances', value: json<Balance>() })
      .toStream()
      .to('balances');

    transactions
      .filter(({ type }) => type === 'debit' || type === 'cancelDebit')
      .groupBy(({ wallet_id, timestamp }) => [wallet_id, dayOf(timestamp)] as const, { key: json<WalletDay>() })
      .aggregate(() => '0.00', addToDay, { store: 'debits-per-day', value: string() })
      .groupBy(([wallet_id], net) => [wallet_id, net], { key: string(), value: string() })
      .aggregate(() => ({ total: '0.00', days: 0 }), addDay, removeDay, { store: 'avg-debits', value: json<Debits>() })
      .toStream()
      .to('avg-debits');

    transactions
      .filter(({ type }) => type === 'credit' || type === 'cancelCredit')
      .selectKey(({ product_id }) => product_id)
      .repartition({ name: 'credits-by-product', key: string() })
      .process(() => new RankCredits(), { stores: [creditsStore, topCreditsStore] })
      .to('top-credits', { key: string(), value: json<TopCredits>() });
  },
});

type WalletDay = readonly [wallet_id: string, day: string];

/** By wallet, each transaction once. What was sent too long ago for duplicates to be remembered is taken as it comes. */
function once(transactions: KStream<string, Transaction>): KStream<string, Transaction> {
  const old: KStream<string, Transaction>[] = [];
  const unique = transactions
    .filter(isThere)
    .selectKey(({ wallet_id }) => wallet_id)
    .distinct({
      key: string(),
      by: ({ transaction_id, type }) => `${type} ${transaction_id}`,
      within: '1d',
      store: 'seen-transactions',
      late: (late) => old.push(late),
    });
  return old.reduce((all, late) => all.merge(late), unique);
}

/** A record without a value tells nothing. */
function isThere(transaction: Transaction | null): boolean {
  return transaction !== null;
}

function addToBalance({ balance }: Balance, { type, amount }: Transaction): Balance {
  const adds = type === 'credit' || type === 'cancelDebit';
  return { balance: add(balance, adds ? amount : amount.neg()) };
}

function addToDay(net: Money, { type, amount }: Transaction): Money {
  return add(net, type === 'debit' ? amount : amount.neg());
}

/** A day without a net debit is none. */
function addDay(debits: Debits, net: Money): Debits | null {
  return isZero(net) ? orNone(debits) : { total: add(debits.total, net), days: debits.days + 1 };
}

function removeDay({ total, days }: Debits, net: Money): Debits | null {
  if (isZero(net)) return orNone({ total, days });
  return orNone({ total: add(total, new Big(net).neg()), days: days - 1 });
}

/** Null deletes the row when no day is left. */
function orNone(debits: Debits): Debits | null {
  return debits.days === 0 ? null : debits;
}

function isZero(money: Money): boolean {
  return new Big(money).eq(0);
}

/** In UTC. */
function dayOf(timestamp: number): string {
  return new Date(timestamp).toISOString().slice(0, 'yyyy-mm-dd'.length);
}
