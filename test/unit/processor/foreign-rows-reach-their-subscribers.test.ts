import { describe, expect, it } from '@jest/globals';
import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import { TopologyTestDriver } from '../../../src/testing/topology-test-driver.js';
import type { BuiltTopology } from '../../../src/topology/node.js';
import { text } from './run.js';

type Input = readonly [topic: 'orders' | 'customers', key: string, value: string | null];

/** Orders are `customer:what`. */
function ordersOfCustomers(left: boolean): BuiltTopology {
  const builder = new StreamsBuilder();
  const orders = builder.table('orders', text);
  const customers = builder.table('customers', text);
  const customerOf = (order: string): string | null => order.split(':')[0] || null;
  const joined = left
    ? orders.leftJoin(customers, customerOf, (order, customer) => `${order}/${String(customer)}`)
    : orders.join(customers, customerOf, (order, customer) => `${order}/${customer}`);
  joined.toStream().to('out', text);
  return builder.build();
}

async function joined(inputs: readonly Input[], { left = false, partitions = undefined as number | undefined } = {}) {
  await using driver = await TopologyTestDriver.start(ordersOfCustomers(left), { partitions, cacheMaxBytes: 0 });
  for (const [topic, key, value] of inputs) await driver.createInputTopic(topic, text).pipe(key, value);
  return driver.createOutputTopic('out', text).readKeyValues();
}

describe('a foreign-key join', () => {
  it('gives results when either row comes, changes, or goes', async () => {
    const inputs: Input[] = [
      ['orders', 'o1', 'c1:tea'],
      ['customers', 'c1', 'Ada'],
      ['orders', 'o2', 'c1:jam'],
      ['customers', 'c1', 'Eve'],
      ['orders', 'o1', null],
      ['customers', 'c1', null],
    ];
    expect(await joined(inputs)).toEqual([
      ['o1', 'c1:tea/Ada'],
      ['o2', 'c1:jam/Ada'],
      ['o1', 'c1:tea/Eve'],
      ['o2', 'c1:jam/Eve'],
      ['o1', null],
      ['o2', null],
    ]);
  });

  it('follows a row to another foreign key', async () => {
    const inputs: Input[] = [
      ['customers', 'c1', 'Ada'],
      ['orders', 'o1', 'c1:tea'],
      ['orders', 'o1', 'c2:tea'],
      ['customers', 'c1', 'Eve'],
      ['customers', 'c2', 'Bob'],
    ];
    expect(await joined(inputs)).toEqual([
      ['o1', 'c1:tea/Ada'],
      ['o1', null],
      ['o1', 'c2:tea/Bob'],
    ]);
  });

  it('gives a row without a foreign key a result only if it is a left join', async () => {
    const inputs: Input[] = [
      ['orders', 'o1', ':tea'],
      ['orders', 'o2', 'c1:jam'],
    ];
    expect(await joined(inputs)).toEqual([]);
    expect(await joined(inputs, { left: true })).toEqual([
      ['o1', ':tea/null'],
      ['o2', 'c1:jam/null'],
    ]);
  });

  it('asks where the topic of the foreign rows is partitioned in its own way', async () => {
    const builder = new StreamsBuilder();
    const customers = builder.table('customers', text);
    builder
      .table('orders', text)
      .join(
        customers,
        (order) => order,
        (order, name) => `${order} is ${name}`,
        { otherPartitioner: () => 2 },
      )
      .toStream()
      .to('joined', { value: text.value });
    await using driver = await TopologyTestDriver.start(builder.build(), { partitions: 3, cacheMaxBytes: 0 });
    for (const [id, partition] of [
      ['o1', 0],
      ['o2', 1],
    ] as const) {
      await driver.createInputTopic('orders', text).pipe(id, 'c1', { partition });
    }
    await driver.createInputTopic('customers', text).pipe('c1', 'Ada', { partition: 2 });
    expect(driver.createOutputTopic('joined', text).readKeyValues().sort()).toEqual([
      ['o1', 'c1 is Ada'],
      ['o2', 'c1 is Ada'],
    ]);
  });

  it('finds rows of other partitions, and its way back', async () => {
    const orders = Array.from({ length: 20 }, (_, i): Input => ['orders', `o${i}`, `c${i % 5}:x`]);
    const customers = Array.from({ length: 5 }, (_, i): Input => ['customers', `c${i}`, `C${i}`]);
    const results = await joined([...orders, ...customers], { partitions: 3 });
    const expected = orders.map(([, key], i) => [key, `c${i % 5}:x/C${i % 5}`]);
    expect(Object.fromEntries(results)).toEqual(Object.fromEntries(expected));
  });

  it('tells many subscribers of one row in slices, each once', async () => {
    const orders = Array.from({ length: 2_100 }, (_, i): Input => ['orders', `o${i}`, 'c1:x']);
    const results = await joined([...orders, ['customers', 'c1', 'Ada']]);
    expect([results.length, new Set(results.map(([key]) => key)).size]).toEqual([2_100, 2_100]);
  });
});
