import { defineGenerator } from 'millrace';
import type { Sale } from './sale.js';

/** Sales reach the topic up to this much after they were made, well within the windows' grace. */
const MOST_DELAY_MS = 2_000;
const MOST_USD = 500;

/** Sales of sellers `seller-1`, `seller-2`, …; the first ones sell most. */
export const salesGenerator = defineGenerator({
  topics: ['sales-usd'],
  ratePerSecond: 100,
  options: { sellers: { default: 1_000, description: 'how many sellers there are' } },
  next({ timestampMs, random, options }) {
    const seller = 1 + Math.floor(options.sellers * random.next() ** 2);
    const sale: Sale = {
      seller_id: `seller-${seller}`,
      amount_usd: 1 + Math.floor(random.next() * MOST_USD),
      sale_ts: timestampMs - Math.floor(random.next() * MOST_DELAY_MS),
    };
    return { topic: 'sales-usd', key: sale.seller_id, value: sale };
  },
});
