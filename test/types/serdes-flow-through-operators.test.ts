import { describe, it } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import { StreamsBuilder } from '../../src/dsl/streams-builder.js';
import type { KStream } from '../../src/dsl/kstream.js';
import type { KTable } from '../../src/dsl/ktable.js';
import { hopping, tumbling } from '../../src/processor/window/windows.js';
import type { StreamFacts, TableFacts } from '../../src/dsl/serde-facts.js';
import { json, long, string, type Windowed } from '../../src/serde/index.js';
import type { FixedKeyProcessorContext, ProcessorContext, Record } from '../../src/topology/processor.js';

interface Sale {
  seller_id: string;
  amount_usd: number;
  sale_ts: number;
}
interface Total {
  total_amount_usd: number;
  sales: number;
}
interface AggregatedSale extends Total {
  window_start: number;
}

const addSale = (total: Total, sale: Sale): Total => ({
  total_amount_usd: total.total_amount_usd + sale.amount_usd,
  sales: total.sales + 1,
});
const aggregatedSale = (window: Windowed<string>, total: Total): AggregatedSale => ({
  window_start: window.start,
  ...total,
});

/** Key and value of a stream's or table's records, for the compiler alone. */
function recordsOf<K, V, F extends StreamFacts>(handle: KStream<K, V, F>): [K, V];
function recordsOf<K, V, F extends TableFacts>(handle: KTable<K, V, F>): [K, V];
function recordsOf(handle: object): unknown {
  return handle;
}

const builder = new StreamsBuilder();
const sales = builder.stream('sales-usd', {
  key: string(),
  value: json<Sale>(),
  timestamp: (sale) => sale.sale_ts,
});
const rates = builder.table('rates', { key: string(), value: long() });

describe('types flow', () => {
  it("through the design's example, verbatim", () => {
    sales
      .groupBy((sale) => sale.seller_id, { key: string() })
      .windowedBy(tumbling('1m', { grace: '10s' }))
      .aggregate(() => ({ total_amount_usd: 0, sales: 0 }), addSale, {
        store: 'sales-per-seller',
        value: json<Total>(),
      })
      .toStream()
      .map((window, total) => [window.key, aggregatedSale(window, total)])
      .to('aggregated-sales', { key: string(), value: json<AggregatedSale>() });
  });

  it('through stateless operators', () => {
    expectTypeOf(recordsOf(sales)).toEqualTypeOf<[string, Sale]>();
    expectTypeOf(recordsOf(sales.filter((sale) => sale.amount_usd > 0))).toEqualTypeOf<[string, Sale]>();
    expectTypeOf(recordsOf(sales.filterNot((sale, key) => sale.seller_id === key))).toEqualTypeOf<[string, Sale]>();
    expectTypeOf(recordsOf(sales.mapValues((sale) => sale.amount_usd))).toEqualTypeOf<[string, number]>();
    expectTypeOf(recordsOf(sales.selectKey((sale) => sale.sale_ts))).toEqualTypeOf<[number, Sale]>();
    expectTypeOf(recordsOf(sales.map((key, sale) => [sale.sale_ts, key]))).toEqualTypeOf<[number, string]>();
    expectTypeOf(recordsOf(sales.flatMap((key, sale) => [[key, sale.amount_usd]] as const))).toEqualTypeOf<
      [string, number]
    >();
    expectTypeOf(recordsOf(sales.flatMapValues((sale) => [sale.seller_id]))).toEqualTypeOf<[string, string]>();
    expectTypeOf(recordsOf(sales.merge(sales.peek(() => undefined)))).toEqualTypeOf<[string, Sale]>();
    expectTypeOf(recordsOf(sales.repartition({ partitions: 3 }))).toEqualTypeOf<[string, Sale]>();
  });

  it('through a type predicate, which narrows the values', () => {
    type Shape = { kind: 'circle'; r: number } | { kind: 'square'; a: number };
    const shapes = builder.stream('shapes', { key: string(), value: json<Shape>() });
    const circles = shapes.filter((shape): shape is Extract<Shape, { kind: 'circle' }> => shape.kind === 'circle');
    expectTypeOf(recordsOf(circles)).toEqualTypeOf<[string, { kind: 'circle'; r: number }]>();
  });

  it('through the branches of a split, by their names', () => {
    const branches = sales
      .split()
      .branch((sale) => sale.amount_usd > 100, { name: 'big' })
      .branch(() => true)
      .defaultBranch();
    expectTypeOf<keyof typeof branches>().toEqualTypeOf<'big' | '2' | '0'>();
    expectTypeOf(recordsOf(branches.big)).toEqualTypeOf<[string, Sale]>();
  });

  it('through aggregations', () => {
    const grouped = sales.groupByKey();
    expectTypeOf(recordsOf(grouped.count())).toEqualTypeOf<[string, number]>();
    expectTypeOf(recordsOf(grouped.reduce((_, sale) => sale))).toEqualTypeOf<[string, Sale]>();
    expectTypeOf(
      recordsOf(grouped.aggregate(() => ({ total_amount_usd: 0, sales: 0 }), addSale, { value: json<Total>() })),
    ).toEqualTypeOf<[string, Total]>();
    const windowed = grouped.windowedBy(hopping('1m', { advance: '10s' }));
    expectTypeOf(recordsOf(windowed.count())).toEqualTypeOf<[Windowed<string>, number]>();
    expectTypeOf(recordsOf(windowed.reduce((_, sale) => sale))).toEqualTypeOf<[Windowed<string>, Sale]>();
  });

  it('through tables and joins', () => {
    expectTypeOf(recordsOf(rates)).toEqualTypeOf<[string, number]>();
    expectTypeOf(recordsOf(rates.mapValues((rate) => String(rate)))).toEqualTypeOf<[string, string]>();
    expectTypeOf(recordsOf(sales.toTable())).toEqualTypeOf<[string, Sale]>();
    expectTypeOf(recordsOf(sales.join(rates, (sale, rate) => sale.amount_usd * rate))).toEqualTypeOf<
      [string, number]
    >();
    expectTypeOf(recordsOf(sales.leftJoin(rates, (_, rate) => rate))).toEqualTypeOf<[string, number | null]>();
    expectTypeOf(
      recordsOf(rates.groupBy((_, rate) => [rate % 10, rate], { key: long(), value: long() }).count()),
    ).toEqualTypeOf<[number, number]>();
  });

  it('through processors', () => {
    class Lengths {
      #context: ProcessorContext<number, string> | undefined;
      init(context: ProcessorContext<number, string>): void {
        this.#context = context;
      }
      process(record: Record<string, Sale>): void {
        this.#context?.forward(record.withKey(record.key.length).withValue(record.key));
      }
    }
    expectTypeOf(recordsOf(sales.process(() => new Lengths()))).toEqualTypeOf<[number, string]>();
    expectTypeOf(
      recordsOf(
        sales.processValues(() => ({
          process(record): void {
            expectTypeOf(record.value).toEqualTypeOf<Sale>();
          },
          init(context: FixedKeyProcessorContext<string, number>): void {
            expectTypeOf(context.taskId).toEqualTypeOf<string>();
          },
        })),
      ),
    ).toEqualTypeOf<[string, number]>();
  });
});

describe('null stands in a stream of a table', () => {
  it('where the table can lose keys', () => {
    expectTypeOf(recordsOf(rates.toStream())).toEqualTypeOf<[string, number | null]>();
    expectTypeOf(
      recordsOf(
        sales
          .groupByKey()
          .count()
          .filter((count) => count > 1)
          .toStream(),
      ),
    ).toEqualTypeOf<[string, number | null]>();
    expectTypeOf(
      recordsOf(
        sales
          .groupByKey()
          .reduce((_, sale) => (sale.amount_usd > 0 ? sale : null))
          .toStream(),
      ),
    ).toEqualTypeOf<[string, Sale | null]>();
    expectTypeOf(recordsOf(rates.mapValues(String).toStream())).toEqualTypeOf<[string, string | null]>();
  });

  it('nowhere else', () => {
    expectTypeOf(recordsOf(sales.groupByKey().count().toStream())).toEqualTypeOf<[string, number]>();
    expectTypeOf(
      recordsOf(
        sales
          .groupByKey()
          .reduce((_, sale) => sale)
          .toStream(),
      ),
    ).toEqualTypeOf<[string, Sale]>();
    expectTypeOf(recordsOf(sales.groupByKey().count().mapValues(String).toStream())).toEqualTypeOf<[string, string]>();
    expectTypeOf(recordsOf(sales.toTable().toStream())).toEqualTypeOf<[string, Sale]>();
  });

  it('as often as a mapper gives null', () => {
    const some = sales
      .groupByKey()
      .count()
      .mapValues((count) => (count > 1 ? count : null));
    expectTypeOf(recordsOf(some)).toEqualTypeOf<[string, number]>();
    expectTypeOf(recordsOf(some.toStream())).toEqualTypeOf<[string, number | null]>();
  });
});
