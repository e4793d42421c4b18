import {
  avro,
  bytes,
  StreamsBuilder,
  json,
  long,
  string,
  tumbling,
  type AvroValue,
  type Serde,
} from '../../src/index.js';
import type { BuiltTopology } from '../../src/topology/node.js';

/** The sales of the benchmark's input, which are JSON there; avro-count.ts writes them by this schema, too. */
export const Sale = avro.record('bench.Sale', {
  seller_id: avro.string(),
  amount_usd: avro.int(),
  sale_ts: avro.timestampMillis(),
  pad: avro.string(),
});
export type Sale = AvroValue<typeof Sale>;
interface Seller {
  readonly name: string;
}

export interface Topics {
  readonly input: string;
  readonly table: string;
  readonly output: string;
}

/** The workloads of the benchmark: the same programs as java-streams/, operator by operator and store by store. */
const workloads: { readonly [name: string]: (builder: StreamsBuilder, topics: Topics) => void } = {
  W1: (builder, { input, output }) => {
    builder
      .stream(input, { key: string(), value: json<Sale>() })
      .filter((sale) => sale.amount_usd % 2 === 0)
      .mapValues((sale) => ({ ...sale, amount_cents: sale.amount_usd * 100 }))
      .to(output, { value: json() });
  },
  W2: countOf(bytes()),
  W2n: countOf(bytes()),
  W5: countOf(bytes()),
  'W2-json': countOf(json<Sale>()),
  'W2-avro': countOf(avro.serde(Sale)),
  W3: (builder, { input, output }) => {
    builder
      .stream(input, { key: string(), value: json<Sale>() })
      .groupBy((sale) => sale.seller_id, { name: 'by-seller', key: string() })
      .windowedBy(tumbling('1m', { grace: '1h' }))
      .aggregate(
        () => 0,
        (sum: number, sale) => sum + sale.amount_usd,
        { store: 'sums', value: long(), retention: '2h' },
      )
      .toStream()
      .map((window, sum) => [`${window.key}@${String(window.start)}`, sum])
      .to(output, { key: string(), value: long() });
  },
  W4: (builder, { input, table, output }) => {
    const sellers = builder.table(table, { key: string(), value: json<Seller>(), store: 'dim' });
    builder
      .stream(input, { key: string(), value: json<Sale>() })
      .leftJoin(sellers, (sale, seller) => ({ ...sale, name: seller === null ? null : seller.name }))
      .to(output, { value: json() });
  },
};

function countOf(value: Serde<unknown>) {
  return (builder: StreamsBuilder, { input, output }: Topics): void => {
    builder
      .stream(input, { key: string(), value })
      .groupByKey()
      .count({ store: 'counts' })
      .toStream()
      .to(output, { value: long() });
  };
}

/** The program of a workload; undefined for one that is not known. */
export function buildWorkload(name: string, topics: Topics): BuiltTopology | undefined {
  const program = workloads[name];
  if (program === undefined) return undefined;
  const builder = new StreamsBuilder();
  program(builder, topics);
  return builder.build();
}
