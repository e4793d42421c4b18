import { defineTopology } from '../../../src/app/define-topology.js';
import { avro, string } from '../../../src/serde/index.js';

const Sale = avro.record('shop.Sale', { seller: avro.string(), amount: avro.int() });
const Total = avro.record('shop.Total', { amount: avro.long(), sales: avro.field(avro.int(), { default: 0 }) });

/** Adds up sales by seller, all in Avro. */
export default defineTopology({
  name: 'totals',
  build(builder) {
    builder
      .stream('sales', { key: string(), value: avro.serde(Sale) })
      .groupByKey()
      .aggregate(
        () => ({ amount: 0, sales: 0 }),
        (total, sale) => ({ amount: total.amount + sale.amount, sales: total.sales + 1 }),
        { store: 'totals', value: avro.serde(Total) },
      )
      .toStream()
      .to('out');
  },
});
