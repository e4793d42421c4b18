import { avro, defineQuery, type ReadOnlyWindowStore, type ValueAndTimestamp } from 'millrace';
import type { Total } from './topology.js';

type SalesPerSeller = ReadOnlyWindowStore<string, ValueAndTimestamp<Total>>;

const Minute = avro.record(
  'SalesInMinute',
  {
    minute: avro.field(avro.timestampMillis(), { doc: 'Its beginning.' }),
    total_amount_usd: avro.field(avro.long(), { doc: 'Whole dollars.' }),
    sales: avro.long(),
  },
  { doc: 'The sales of one minute.' },
);

const salesPerSeller = defineQuery({
  name: 'sales_per_seller',
  path: '/sales_per_seller/{seller_id}',
  description: 'What a seller sold in each minute of the last day.',
  returns: {
    seller_id: avro.string(),
    minutes: avro.field(avro.array(Minute), { doc: 'Oldest first.' }),
  },
  async answer({ seller_id }, stores) {
    const minutes = [];
    const windows = stores.store<SalesPerSeller>('sales-per-seller').fetchRange(seller_id, 0, Number.MAX_SAFE_INTEGER);
    for await (const { startMs, value } of windows) minutes.push({ minute: startMs, ...value.value });
    return minutes.length === 0 ? undefined : { seller_id, minutes };
  },
});

export const salesQueries = [salesPerSeller];
