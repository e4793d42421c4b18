import { describe, expect, it } from '@jest/globals';
import { StreamsBuilder } from '../../src/dsl/streams-builder.js';
import { tumbling } from '../../src/processor/window/windows.js';
import { json, long, string } from '../../src/serde/index.js';

interface Sale {
  seller: string;
  amount: number;
}

const builder = new StreamsBuilder();
const sales = builder.stream('sales', { key: string(), value: json<Sale>() });
const rates = builder.table('rates', { key: string(), value: long() });

/* Each function holds one mistake; none is called, since what the compiler refuses, build() may refuse too. */
export const mistakes = {
  sinkOfMappedValues: () => {
    // @ts-expect-error -- the value was changed: "to" needs its serde
    sales.mapValues((sale) => sale.amount).to('out');
  },
  sinkOfNewKey: () => {
    // @ts-expect-error -- the key was changed: "to" needs its serde
    sales.selectKey((sale) => sale.amount).to('out');
  },
  sinkOfOnlyOneSerde: () => {
    // @ts-expect-error -- both were changed, and only the key's serde is given
    sales.map((key, sale) => [sale.amount, key]).to('out', { key: long() });
  },
  countOfNewKey: () => {
    // @ts-expect-error -- the store of the counts needs the serde of the new key
    sales.groupBy((sale) => sale.seller).count();
  },
  windowedCountOfNewKey: () => {
    // @ts-expect-error -- as above, in windows
    sales
      .groupBy((sale) => sale.seller)
      .windowedBy(tumbling('1m'))
      .count();
  },
  countOfNewKeyAndMappedValues: () => {
    // @ts-expect-error -- the repartition topic needs the serde of the mapped value
    sales
      .mapValues((sale) => sale.amount)
      .groupBy((amount) => String(amount), { key: string() })
      .count();
  },
  reduceOfMappedValues: () => {
    const lengths = sales.mapValues((sale) => sale.amount).groupByKey();
    // @ts-expect-error -- the store needs the serde of the mapped value
    lengths.reduce(Math.max);
  },
  aggregateWithoutSerde: () => {
    // @ts-expect-error -- an aggregate has a serde of its own
    sales.groupByKey().aggregate(() => 0, Math.max, { store: 'sums' });
  },
  tableOfMappedValues: () => {
    // @ts-expect-error -- the store needs the serde of the mapped value
    sales.mapValues((sale) => sale.amount).toTable();
  },
  repartitionOfNewKey: () => {
    // @ts-expect-error -- the topic needs the serde of the new key
    sales.selectKey((sale) => sale.amount).repartition();
  },
  joinOfNewKey: () => {
    // @ts-expect-error -- the stream is repartitioned by its new key, whose serde is needed
    sales.selectKey((sale) => sale.seller).join(rates, (sale, rate) => sale.amount * rate);
  },
  storedMapWithoutSerde: () => {
    // @ts-expect-error -- a mapped table that is kept needs the serde of its values
    rates.mapValues((rate) => rate / 2, { store: 'halves' });
  },
  tableGroupsWithoutSerdes: () => {
    // @ts-expect-error -- grouped rows go through a topic: both serdes are needed
    rates.groupBy((key, rate) => [rate, key], { key: long() });
  },
  sourceWithoutSerdes: () => {
    // @ts-expect-error -- a topic is read by serdes
    builder.stream('in');
  },
};

/* Wrong types, rather than missing serdes. */
export const mismatches = {
  serdeOfAnotherType: () => {
    // @ts-expect-error -- a number is not written by the serde of strings
    sales.mapValues((sale) => sale.amount).to('out', { value: string() });
  },
  keySerdeOfAnotherType: () => {
    // @ts-expect-error -- the new key is a number
    sales.groupBy((sale) => sale.amount, { key: string() });
  },
  joinOfAnotherKey: () => {
    // @ts-expect-error -- the table's keys are strings, the stream's numbers
    sales.selectKey((sale) => sale.amount).join(rates, (_, rate) => rate, { key: long() });
  },
  mergeOfAnotherType: () => {
    // @ts-expect-error -- one stream has sales, the other numbers
    sales.merge(sales.mapValues((sale) => sale.amount));
  },
  aggregatorOfAnotherType: () => {
    const text = (): string => 'text';
    // @ts-expect-error -- the aggregate is a number
    sales.groupByKey().aggregate(() => 0, text, { value: long() });
  },
  unknownOption: () => {
    // @ts-expect-error -- there is no option "stor"
    sales.groupByKey().count({ stor: 'counts' });
  },
  unknownBranch: () => {
    const branches = sales
      .split()
      .branch(() => true, { name: 'big' })
      .noDefaultBranch();
    // @ts-expect-error -- the only branch is "big"
    const small: unknown = branches.small;
    return small;
  },
  durationWithoutUnit: () => {
    // @ts-expect-error -- a duration has a unit
    tumbling('10');
  },
  deletedRow: () => {
    // @ts-expect-error -- a table read from a topic can lose keys, so the value may be null
    rates.toStream().mapValues((rate) => rate.toFixed(2));
  },
  missingRight: () => {
    // @ts-expect-error -- a left join may find no row
    sales.leftJoin(rates, (sale, rate) => sale.amount * rate);
  },
};

describe('what the compiler asks for', () => {
  it('is enough', () => {
    sales.mapValues((sale) => sale.amount).to('out', { value: long() });
    sales.selectKey((sale) => sale.amount).to('out2', { key: long() });
    sales.groupBy((sale) => sale.seller, { key: string() }).count();
    sales.groupBy((sale) => sale.seller).count({ key: string() });
    sales
      .mapValues((sale) => sale.amount)
      .groupBy(String, { key: string(), value: long() })
      .count();
    sales
      .mapValues((sale) => sale.amount)
      .groupByKey()
      .count();
    sales.selectKey((sale) => sale.seller).join(rates, (sale, rate) => sale.amount * rate, { key: string() });
    expect(builder.build().subTopologies.length).toBeGreaterThan(1);
  });

  it('is refused in each example by @ts-expect-error, which fails where the compiler does not complain', () => {
    expect(Object.keys({ ...mistakes, ...mismatches }).length).toBeGreaterThan(20);
  });
});
