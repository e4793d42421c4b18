import { defineTopology, json, string, tumbling, type StreamsBuilder, type Windowed } from 'millrace';
import { service } from './gen/service.js';
import { salesGenerator } from './generator.js';
import { salesQueries } from './queries.js';
import { parseSale, saleTimeMs, type Sale } from './sale.js';

/** What a seller sold in one window. */
export interface Total {
  readonly total_amount_usd: number;
  readonly sales: number;
}

/** One update of a total, as topic `aggregated-sales` holds it; window times are epoch milliseconds. */
export interface AggregatedSale extends Total {
  readonly seller_id: string;
  readonly window_start: number;
  readonly window_end: number;
}

/** Totals per seller and minute, of every sale, with every update. */
export default defineTopology({
  name: 'sales',
  // A line that is no sale is logged and counted, and the rest goes on.
  config: { errorPolicies: { deserialization: 'skip' } },
  generators: [salesGenerator],
  queries: salesQueries,
  service,

  build(builder: StreamsBuilder) {
    builder
      .stream('sales-usd', { key: string(), value: json(parseSale), timestamp: saleTimeMs })
      .filter((sale: Sale | null) => sale !== null) // a record without a value tells of no sale
      .groupBy((sale) => sale.seller_id, { key: string() })
      .windowedBy(tumbling('1m', { grace: '10s' }))
      .aggregate(() => ({ total_amount_usd: 0, sales: 0 }), addSale, {
        store: 'sales-per-seller',
        value: json<Total>(),
        retention: '1d', // so that the last day can be queried
        caching: false, // so that every update is sent, not the last one before a commit
      })
      .toStream()
      .map((window, total) => [window.key, aggregatedSale(window, total)])
      .to('aggregated-sales', { key: string(), value: json<AggregatedSale>() });
  },
});

function addSale(total: Total, sale: Sale): Total {
  return { total_amount_usd: total.total_amount_usd + sale.amount_usd, sales: total.sales + 1 };
}

function aggregatedSale({ key, start, end }: Windowed<string>, total: Total): AggregatedSale {
  return { seller_id: key, window_start: start, window_end: end, ...total };
}
