import { describe, expect, it } from '@jest/globals';
import { StreamsBuilder } from '../../../../src/dsl/streams-builder.js';
import { avro, json, long, string, type AvroValue } from '../../../../src/serde/index.js';
import { MemoryRegistry } from '../../../../src/serde/registry/memory-registry.js';
import type { RegistrySerdeOptions } from '../../../../src/serde/registry/registry-serde.js';
import { TopologyTestDriver } from '../../../../src/testing/topology-test-driver.js';
import type { BuiltTopology } from '../../../../src/topology/node.js';

const Sale = avro.record('shop.Sale', { seller: avro.string(), amount: avro.int() });
const Total = avro.record('shop.Total', { amount: avro.long() });

function totals(options: RegistrySerdeOptions = {}): BuiltTopology {
  const builder = new StreamsBuilder();
  builder
    .stream('sales', { key: string(), value: avro.serde(Sale, options) })
    .groupBy((sale) => sale.seller, { key: avro.serde(avro.string()) })
    .aggregate(
      () => ({ amount: 0 }),
      (total, sale) => ({ amount: total.amount + sale.amount }),
      {
        store: 'totals',
        value: avro.serde(Total, options),
      },
    )
    .toStream()
    .to('out');
  return builder.build();
}

describe('a topology with Avro', () => {
  it('counts, and keeps what it writes in the subjects that Kafka Streams has', async () => {
    const schemaRegistry = new MemoryRegistry();
    await using driver = await TopologyTestDriver.start(totals(), { schemaRegistry });
    const sales = driver.createInputTopic('sales', { key: string(), value: avro.serde(Sale) });
    await sales.pipeAll([
      ['1', { seller: 'a', amount: 5 }],
      ['2', { seller: 'a', amount: 6 }],
    ]);
    const out = driver.createOutputTopic('out', { key: avro.serde(avro.string()), value: avro.serde(Total) });
    expect(out.readKeyValues()).toEqual([
      ['a', { amount: 5 }],
      ['a', { amount: 11 }],
    ]);
    expect((await schemaRegistry.subjects()).toSorted()).toEqual([
      'app-totals-changelog-key',
      'app-totals-changelog-value',
      'app-totals-repartition-key',
      'app-totals-repartition-value',
      'out-key',
      'out-value',
      'sales-value',
    ]);
  });

  it('joins by foreign keys, whose values are hashed by a schema in the subject that Kafka Streams has', async () => {
    const schemaRegistry = new MemoryRegistry();
    const builder = new StreamsBuilder();
    const sellers = builder.table('sellers', { key: string(), value: string() });
    builder
      .table('sales', { key: avro.serde(avro.int()), value: json<AvroValue<typeof Sale>>() })
      .mapValues((sale) => sale, { value: avro.serde(Sale) }) // not kept in a store, only hashed
      .join(
        sellers,
        ({ seller }) => seller,
        ({ amount }, name) => `${name} ${amount}`,
        { name: 'named', value: string() },
      )
      .toStream()
      .to('out');
    await using driver = await TopologyTestDriver.start(builder.build(), { schemaRegistry });
    const input = driver.createInputTopic('sales', { key: avro.serde(avro.int()), value: json() });
    await driver.createInputTopic('sellers', { key: string(), value: string() }).pipe('s', 'Ann');
    await input.pipe(1, { seller: 's', amount: 5 });
    const out = driver.createOutputTopic('out', { key: avro.serde(avro.int()), value: string() });
    expect(out.readKeyValues()).toEqual([[1, 'Ann 5']]);
    const topic = 'app-named-subscription-registration-topic';
    expect(await schemaRegistry.subjects()).toEqual(expect.arrayContaining([`${topic}-pk-key`, `${topic}-vh-value`]));
  });

  it.each<[NonNullable<RegistrySerdeOptions['subject']>, string[]]>([
    ['record', ['shop.Sale', 'shop.Total']],
    ['topicRecord', ['app-totals-repartition-shop.Sale', 'app-totals-changelog-shop.Total', 'out-shop.Total']],
    [(topic, part, record) => `${String(record)} ${part} of ${topic}`, ['shop.Total value of out']],
  ])('names subjects by strategy: %s', async (subject, expected) => {
    const schemaRegistry = new MemoryRegistry();
    await using driver = await TopologyTestDriver.start(totals({ subject }), { schemaRegistry });
    expect(driver.storeNames()).toEqual(['totals']);
    expect(await schemaRegistry.subjects()).toEqual(expect.arrayContaining(expected));
  });

  it('does not start with a schema that has to be registered and is not', async () => {
    const starting = TopologyTestDriver.start(totals({ autoRegister: false }), {
      schemaRegistry: new MemoryRegistry(),
    });
    await expect(starting).rejects.toMatchObject({ code: 'SCHEMA_NOT_REGISTERED' });
  });

  it('does not start on a topic whose latest schema it cannot read, and names the field', async () => {
    const schemaRegistry = new MemoryRegistry();
    const Other = avro.record('shop.Sale', { seller: avro.string() });
    await schemaRegistry.register('sales-value', {
      schemaType: 'AVRO',
      schema: JSON.stringify(Other),
      references: [],
    });
    await expect(TopologyTestDriver.start(totals(), { schemaRegistry })).rejects.toMatchObject({
      code: 'SCHEMA_INCOMPATIBLE',
      message: 'the latest schema of subject "sales-value" cannot be read',
      detail: expect.stringContaining('field "amount" was absent, and is int without a default'),
    });
  });

  it('does not start on a store that may hold values of a version it cannot read, and names store and field', async () => {
    const schemaRegistry = new MemoryRegistry();
    const Other = avro.record('shop.Total', { amount: avro.double() });
    await schemaRegistry.register('app-totals-changelog-value', {
      schemaType: 'AVRO',
      schema: JSON.stringify(Other),
      references: [],
    });
    await expect(TopologyTestDriver.start(totals(), { schemaRegistry })).rejects.toMatchObject({
      code: 'STATE_SCHEMA_INCOMPATIBLE',
      message:
        'store "totals" holds values of an earlier schema that cannot be read: field "amount" was double, and is long',
    });
  });

  it('does not start with a sink that chooses its topic per record and keeps schemas by topic', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream('in', { key: string(), value: long() })
      .to(() => 'out', { key: string(), value: avro.serde(avro.long()) });
    const starting = TopologyTestDriver.start(builder.build());
    await expect(starting).rejects.toMatchObject({ code: 'SCHEMA_SUBJECT_UNKNOWN' });
  });
});
