/** One sale, as topic `sales-usd` holds it. */
export interface Sale {
  readonly seller_id: string;
  /** Whole dollars. */
  readonly amount_usd: number;
  /** Epoch: milliseconds, or seconds if below 10^11. */
  readonly sale_ts: number;
}

/** Times below this are seconds: as milliseconds they would be in 1973. */
const SECONDS_BELOW = 100_000_000_000;
/** The last time that JavaScript's dates know, milliseconds. */
const LAST_TIME_MS = 8_640_000_000_000_000;

/** Checks what JSON gave; throws what is wrong, so that the record is logged, counted and skipped. */
export function parseSale(value: unknown): Sale {
  if (typeof value !== 'object' || value === null) throw new TypeError('a sale is an object');
  const { seller_id, amount_usd, sale_ts } = value as Partial<Record<string, unknown>>;
  if (typeof seller_id !== 'string' || seller_id === '') throw new TypeError('seller_id is not a text');
  if (!Number.isSafeInteger(amount_usd)) throw new TypeError('amount_usd is not an integer');
  if (typeof sale_ts !== 'number' || !(sale_ts >= 0 && sale_ts <= LAST_TIME_MS))
    throw new TypeError('sale_ts is not a time');
  return { seller_id, amount_usd: amount_usd as number, sale_ts };
}

/** Event time of a sale, milliseconds. */
export function saleTimeMs({ sale_ts }: Sale): number {
  return Math.floor(sale_ts < SECONDS_BELOW ? sale_ts * 1_000 : sale_ts);
}
