import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  bytes,
  json,
  string,
  StreamsBuilder,
  type ReadOnlyWindowStore,
  type StateStore,
  type ValueAndTimestamp,
} from 'millrace';
import { TopologyTestDriver, type InputTopic, type OutputTopic } from 'millrace/testing';
import sales, { type AggregatedSale, type Total } from './topology.js';

const MINUTE = 60_000;
const START = 1_700_000_040_000; // a whole minute

let driver: TopologyTestDriver;
let lines: InputTopic<Buffer, Buffer>;
let aggregated: OutputTopic<string, AggregatedSale>;

beforeEach(async () => {
  const builder = new StreamsBuilder();
  sales.build(builder);
  driver = await TopologyTestDriver.start(builder.build(), { errorPolicies: sales.config?.errorPolicies });
  lines = driver.createInputTopic('sales-usd', { key: bytes(), value: bytes() });
  aggregated = driver.createOutputTopic('aggregated-sales', { key: string(), value: json<AggregatedSale>() });
});
afterEach(() => driver.close());

const sell = (seller_id: string, amount_usd: number, sale_ts: number): Promise<void> =>
  lines.pipe(null, Buffer.from(JSON.stringify({ seller_id, amount_usd, sale_ts })));

const ask = (seller_id: string): unknown => {
  const stores = { store: <S extends StateStore>(name: string) => driver.store<S>(name) };
  return sales.queries?.[0]?.answer({ seller_id }, stores);
};

describe('sales', () => {
  it('are told per minute to who asks for a seller', async () => {
    await sell('a', 10, START);
    await sell('a', 1, START + MINUTE);
    const minutes = [
      { minute: START, total_amount_usd: 10, sales: 1 },
      { minute: START + MINUTE, total_amount_usd: 1, sales: 1 },
    ];
    expect(await ask('a')).toEqual({ seller_id: 'a', minutes });
    expect(await ask('nobody')).toBeUndefined();
  });

  it('are summed per seller and minute of sale_ts, with every update', async () => {
    await sell('a', 10, START);
    await sell('b', 5, START + 1);
    await sell('a', 7, START + MINUTE - 1);
    await sell('a', 1, START + MINUTE);
    const window = { window_start: START, window_end: START + MINUTE };
    const next = { window_start: START + MINUTE, window_end: START + 2 * MINUTE };
    expect(aggregated.readKeyValues()).toEqual([
      ['a', { seller_id: 'a', ...window, total_amount_usd: 10, sales: 1 }],
      ['b', { seller_id: 'b', ...window, total_amount_usd: 5, sales: 1 }],
      ['a', { seller_id: 'a', ...window, total_amount_usd: 17, sales: 2 }],
      ['a', { seller_id: 'a', ...next, total_amount_usd: 1, sales: 1 }],
    ]);
  });

  it('may carry their time in seconds', async () => {
    await sell('a', 10, START / 1_000 + 3);
    expect(aggregated.read()?.value).toMatchObject({ window_start: START, window_end: START + MINUTE });
  });

  it('count up to ten seconds after their minute has passed, and not later', async () => {
    await sell('a', 1, START);
    await sell('b', 1, START + MINUTE + 9_999);
    await sell('a', 1, START + 1);
    await sell('b', 1, START + MINUTE + 10_000);
    await sell('a', 1, START + 2);
    expect(aggregated.readAll().filter(({ key }) => key === 'a')).toHaveLength(2);
  });

  it.each([
    'no JSON',
    '[]',
    '{"seller_id":"","amount_usd":1,"sale_ts":1700000000000}',
    '{"seller_id":"a","amount_usd":1.5,"sale_ts":1700000000000}',
    '{"seller_id":"a","amount_usd":1,"sale_ts":"now"}',
    '{"seller_id":"a","amount_usd":1,"sale_ts":-1}',
    '{"seller_id":"a","amount_usd":1,"sale_ts":1e300}',
  ])('that are malformed are skipped, and the next one counts: %s', async (line) => {
    await lines.pipe(null, Buffer.from(line));
    await sell('a', 3, START);
    expect(aggregated.readKeyValues().map(([, value]) => value?.total_amount_usd)).toEqual([3]);
  });

  it('without a value are passed over, and the next one counts', async () => {
    await lines.pipe(Buffer.from('a'), null);
    await sell('a', 3, START);
    expect(aggregated.readKeyValues().map(([, value]) => value?.total_amount_usd)).toEqual([3]);
  });

  it('can be looked up in the store', async () => {
    await sell('a', 10, START);
    const store = driver.store<ReadOnlyWindowStore<string, ValueAndTimestamp<Total>>>('sales-per-seller');
    expect(store.fetch('a', START)).toEqual({ value: { total_amount_usd: 10, sales: 1 }, timestamp: START });
  });
});

it('writes keys and values as others read them', async () => {
  await sell('a', 10, START);
  const raw = driver.createOutputTopic('aggregated-sales', { key: bytes(), value: bytes() }).readKeyValues()[0];
  expect(raw?.map(String)).toEqual([
    'a',
    `{"seller_id":"a","window_start":${START},"window_end":${START + MINUTE},"total_amount_usd":10,"sales":1}`,
  ]);
});
