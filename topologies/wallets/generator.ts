import { defineGenerator } from 'millrace';

/** Cents of the largest amount. */
const MOST_CENTS = 50_000;
/** How often each type is, in a hundred. */
const SHARES = [
  [55, 'credit'],
  [90, 'debit'],
  [95, 'cancelCredit'],
  [100, 'cancelDebit'],
] as const;

/** Transactions of wallets `wallet-1`, `wallet-2`, … over products `product-1`, `product-2`, …. */
export const transactionsGenerator = defineGenerator({
  topics: ['transactions_topic'],
  ratePerSecond: 50,
  options: {
    wallets: { default: 100, description: 'how many wallets there are' },
    products: { default: 10, description: 'how many products there are' },
  },
  next({ index, timestampMs, random, options }) {
    const cents = 1 + Math.floor(random.next() * MOST_CENTS);
    const percent = random.next() * 100;
    const value = {
      transaction_id: `transaction-${index + 1}`,
      wallet_id: `wallet-${1 + Math.floor(random.next() * options.wallets)}`,
      product_id: `product-${1 + Math.floor(random.next() * options.products)}`,
      type: SHARES.find(([below]) => percent < below)?.[1] ?? 'credit',
      amount: `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`,
      currency: 'USD',
      timestamp: timestampMs,
    };
    return { topic: 'transactions_topic', key: value.wallet_id, value };
  },
});
