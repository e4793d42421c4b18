import { seededRandom } from '../../src/util/random.js';

export interface Sale {
  readonly seller_id: string;
  readonly amount_usd: number;
  readonly sale_ts: number;
}

/** A window's start that every test of the sales pipeline counts from (a whole minute). */
export const SALES_START = 1_700_000_040_000;

/**
 * Seeded sales over two windows, their times rising and never so far that the first window closes: whatever the order in
 * which partitions are read, none is late.
 */
export function makeSales(count: number, sellers: number, seed: number): Sale[] {
  const random = seededRandom(seed);
  const below = (limit: number): number => Math.floor(random.next() * limit);
  return Array.from({ length: count }, (_, i) => ({
    seller_id: `seller-${below(sellers)}`,
    amount_usd: 1 + below(1_000),
    sale_ts: SALES_START + 10_000 + Math.floor((i * 59_000) / count),
  }));
}

/** What `aggregated-sales` has to hold: for each seller and window every update, in order. */
export function expectedUpdates(sales: readonly Sale[]): Map<string, string[]> {
  const updates = new Map<string, string[]>();
  const totals = new Map<string, number>();
  for (const { seller_id, amount_usd, sale_ts } of sales) {
    const start = sale_ts - (sale_ts % 60_000);
    const key = `${seller_id}@${start}`;
    const seen = updates.get(key) ?? [];
    const total = (totals.get(key) ?? 0) + amount_usd;
    totals.set(key, total);
    updates.set(key, [...seen, `${total}/${seen.length + 1}`]);
  }
  return updates;
}

interface AggregatedSale {
  readonly seller_id: string;
  readonly window_start: number;
  readonly window_end: number;
  readonly total_amount_usd: number;
  readonly sales: number;
}

/** The same form of what was read from `aggregated-sales`: (key, value) in the order of each partition. */
export function readUpdates(records: readonly (readonly [key: string, value: string])[]): Map<string, string[]> {
  const updates = new Map<string, string[]>();
  for (const [key, value] of records) {
    const sale = JSON.parse(value) as AggregatedSale;
    if (key !== sale.seller_id || sale.window_end !== sale.window_start + 60_000)
      throw new Error(`odd record ${key}: ${value}`);
    const at = `${key}@${sale.window_start}`;
    updates.set(at, [...(updates.get(at) ?? []), `${sale.total_amount_usd}/${sale.sales}`]);
  }
  return updates;
}
