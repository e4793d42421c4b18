import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import { silentLogger } from '../../../src/observability/log.js';
import { noMetrics } from '../../../src/observability/metrics.js';
import type { StreamsApplication, StreamsApplicationOptions } from '../../../src/runtime/application.js';
import { avro, string } from '../../../src/serde/index.js';
import { SchemaCache } from '../../../src/serde/registry/schema-cache.js';
import { systemClock } from '../../../src/util/time.js';
import { EmbeddedCluster } from '../../support/embedded-cluster.js';
import { ToldRegistry } from '../../support/registry/told-registry.js';
import { testApplication } from '../../support/running-application.js';

const Text = { schemaType: 'AVRO', schema: '"string"', references: [] } as const;
/** A text as Avro by a schema; all of its bytes are ASCII. */
const written = (id: number, text: string): string => `\0\0\0\0${String.fromCharCode(id, 2 * text.length)}${text}`;
const [first, second] = ['a', 'd']; // of different partitions

describe('a record whose schema is not known', () => {
  let cluster: EmbeddedCluster;
  let registry: ToldRegistry;
  let schemas: SchemaCache;
  let application: StreamsApplication;

  async function start(options: Partial<StreamsApplicationOptions> = {}): Promise<void> {
    const builder = new StreamsBuilder();
    builder
      .stream('in', { key: string(), value: avro.serde(avro.string(), { subject: () => 'texts' }) })
      .to('out', { key: string(), value: string() });
    application = testApplication({ topology: builder.build(), client: cluster.client(), schemas, ...options });
    await application.start();
    await application.waitUntilRunning();
  }

  beforeEach(async () => {
    cluster = await EmbeddedCluster.open({ in: 2, out: 2 });
    registry = new ToldRegistry();
    schemas = new SchemaCache(registry, { clock: systemClock, log: silentLogger, metrics: noMetrics });
    await registry.register('elsewhere', { ...Text, schema: '{"type":"string"}' }); // id 1
    await registry.register('elsewhere', Text); // id 2
  });
  afterEach(async () => {
    await schemas.close();
    await application.close();
    await cluster.close();
  });

  it('is read when the schema has come, which is asked for once', async () => {
    await start();
    await cluster.produce('in', [
      [first, written(1, 'one')],
      [first, written(1, 'two')],
      [first, written(2, 'three')],
    ]);
    const out = await cluster.readUntil('out', (records) => records.length === 3);
    expect(out.map(({ value }) => value)).toEqual(['one', 'two', 'three']);
    expect(registry.asked).toEqual([1, 2]);
  });

  it('holds up its own task only, and is not lost, while the registry is down', async () => {
    await start();
    await cluster.produce('in', [[second, written(1, 'known')]]);
    await cluster.readUntil('out', (records) => records.length === 1);
    registry.down = true;
    await cluster.produce('in', [
      [first, written(2, 'waits')],
      [first, written(1, 'after')],
    ]);
    while (registry.asked.length < 3) await cluster.pause(); // asked again and again
    await cluster.produce('in', [[second, written(1, 'other')]]);
    const meanwhile = await cluster.readUntil('out', (records) => records.length === 2);
    expect(meanwhile.map(({ value }) => value)).toEqual(['known', 'other']);
    registry.down = false;
    const out = await cluster.readUntil('out', (records) => records.length === 4);
    expect(out.filter(({ key }) => key === first).map(({ value }) => value)).toEqual(['waits', 'after']);
  });

  it('meets the deserialisation policy when the registry does not have it', async () => {
    const failures: unknown[] = [];
    await start({
      errorPolicies: {
        deserialization: ({ error }) => {
          failures.push(error);
          return 'skip';
        },
      },
    });
    await cluster.produce('in', [
      [first, written(77, 'lost')],
      [first, written(77, 'too')],
      [first, written(1, 'read')],
    ]);
    const out = await cluster.readUntil('out', (records) => records.length === 1);
    expect(out).toMatchObject([{ value: 'read' }]);
    expect(registry.asked).toEqual([77, 1]);
    expect(failures).toMatchObject([{ code: 'SCHEMA_NOT_FOUND' }, { code: 'SCHEMA_NOT_FOUND' }]);
    expect(failures[0]).toMatchObject({ message: 'schema 77 (subject "texts") is not in the registry memory' });
  });

  it('stops the task by default, with topic, offset and id named', async () => {
    await start();
    await cluster.produce('in', [[first, written(77, 'lost')]]);
    while (application.state !== 'ERROR') await cluster.pause();
    expect(application.error).toMatchObject({
      code: 'DESERIALIZATION_FAILED',
      message: expect.stringMatching(/partition \d of "in": schema 77 \(subject "texts"\) is not in the registry/),
    });
  });
});

describe('a record of a global table whose schema is not known', () => {
  it('is waited for before tasks start', async () => {
    const cluster = await EmbeddedCluster.open({ rates: 1, in: 1, out: 1 });
    const registry = new ToldRegistry();
    const schemas = new SchemaCache(registry, { clock: systemClock, log: silentLogger, metrics: noMetrics });
    await registry.register('elsewhere', { ...Text, schema: '{"type":"string"}' });
    await cluster.produce('rates', [['eur', written(1, '1.1')]]);
    const builder = new StreamsBuilder();
    const rates = builder.globalTable('rates', { key: string(), value: avro.serde(avro.string()) });
    builder
      .stream('in', { key: string(), value: string() })
      .join(
        rates,
        (currency) => currency,
        (amount, rate) => `${amount} at ${rate}`,
      )
      .to('out', { key: string(), value: string() });
    const application = testApplication({ topology: builder.build(), client: cluster.client(), schemas });
    await application.start();
    await cluster.produce('in', [['s1', 'eur']]);
    const out = await cluster.readUntil('out', (records) => records.length === 1);
    expect(out).toMatchObject([{ value: 'eur at 1.1' }]);
    await application.close();
    await schemas.close();
    await cluster.close();
  });
});
