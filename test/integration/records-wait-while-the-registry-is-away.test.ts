import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createKafkaTransport } from '../../src/broker/kafka/kafka-transport.js';
import { StreamsBuilder } from '../../src/dsl/streams-builder.js';
import { silentLogger, type Logger } from '../../src/observability/log.js';
import { noMetrics } from '../../src/observability/metrics.js';
import type { StreamsApplication } from '../../src/runtime/application.js';
import { avro, HttpRegistry, string, type AvroSchema } from '../../src/serde/index.js';
import { SchemaCache } from '../../src/serde/registry/schema-cache.js';
import { systemRandom } from '../../src/util/random.js';
import { systemClock } from '../../src/util/time.js';
import { sharedKafka } from '../support/kafka/shared-kafka.js';
import { Apicurio } from '../support/registry/apicurio.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { TestCluster } from '../support/test-cluster.js';
import { testApplication } from '../support/running-application.js';

const AWAY_MS = 30_000;
const id = `away-${systemRandom.uuid().slice(0, 8)}`;
const [input, output] = [`${id}-in`, `${id}-out`];
const [known, unknown] = ['a', 'd']; // of different partitions
const Numbered = avro.record('Numbered', { n: avro.string() });
/** The same with one more field, so that it has another id. */
const numberedWith = (more: string): AvroSchema<{ readonly n: string }> =>
  avro.record('Numbered', { n: avro.string(), [more]: avro.field(avro.string(), { default: '' }) });

const warnings: { readonly text: string | undefined; readonly fields: object }[] = [];
const log: Logger = {
  ...silentLogger,
  warn: (fields, text) => void warnings.push({ text, fields }),
  child: () => log,
};
let apicurio: Apicurio;
let proxy: TcpProxy;
let cluster: TestCluster;
let schemas: SchemaCache;
let direct: SchemaCache;
let application: StreamsApplication;

beforeAll(async () => {
  const transport = { brokers: sharedKafka(), clientId: 'away', clock: systemClock, random: systemRandom };
  cluster = new TestCluster(() => createKafkaTransport({ ...transport, log: silentLogger }));
  await cluster.createTopics({ [input]: 2, [output]: 2 });
  apicurio = await Apicurio.start();
  proxy = new TcpProxy(() => apicurio.port);
  const through = apicurio.url.replace(String(apicurio.port), String(await proxy.listen()));
  const cache = (url: string): SchemaCache =>
    new SchemaCache(new HttpRegistry({ urls: [url], credentials: apicurio.credentials, clock: systemClock }), {
      clock: systemClock,
      log,
      metrics: noMetrics,
    });
  [schemas, direct] = [cache(through), cache(apicurio.url)];
});
afterAll(async () => {
  await application.close({ leaveGroup: true });
  await schemas.close();
  await direct.close();
  await proxy.close();
  await apicurio.stop();
  await cluster.close();
});

let written = 0;

/** Writes the next numbers under a key, by schemas with one more field or, where that is empty, by the known one. */
async function produce(key: string, ...fields: readonly string[]): Promise<string[]> {
  const numbers = fields.map(() => `${written++}`);
  const values = fields.map(async (more, index): Promise<[string, string]> => {
    const serde = more === '' ? avro.serde(Numbered) : avro.serde(numberedWith(more));
    await serde.prepare?.({ topic: input, part: 'value', access: 'write', schemas: direct });
    // ids and values are below 128, so that their bytes are those of a text
    return [key, serde.serialize({ n: numbers[index] ?? '', [more]: '' }).toString('latin1')];
  });
  await cluster.produce(input, await Promise.all(values));
  return numbers;
}

async function outputsOf(key: string, count: number): Promise<(string | null)[]> {
  const of = (records: readonly { readonly key: string | null }[]) => records.filter((record) => record.key === key);
  const records = await cluster.readUntil(output, (all) => of(all).length >= count);
  return records.filter((record) => record.key === key).map(({ value }) => value);
}

it('holds up what needs it, tells so, and loses and doubles nothing while the registry is away for 30 s', async () => {
  const builder = new StreamsBuilder();
  builder
    .stream(input, { key: string(), value: avro.serde(Numbered) })
    .mapValues(({ n }) => n)
    .to(output, { key: string(), value: string() });
  const client = cluster.client();
  application = testApplication({ applicationId: id, topology: builder.build(), client, schemas, log });
  await application.start();
  await application.waitUntilRunning();
  const flowing = await produce(known, '', '');
  const waiting = await produce(unknown, '');
  await outputsOf(unknown, 1);

  proxy.refuse();
  const endMs = systemClock.monotonicMs() + AWAY_MS;
  waiting.push(...(await produce(unknown, 'one', '', 'two', 'two', 'three')));
  while (systemClock.monotonicMs() < endMs) {
    flowing.push(...(await produce(known, '', '')));
    expect(await outputsOf(known, flowing.length)).toEqual(flowing);
    await systemClock.sleep(500);
  }
  expect(await outputsOf(unknown, 1)).toHaveLength(1);
  expect(application.state).toBe('RUNNING');
  expect(warnings).toContainEqual({
    text: 'records wait for a schema: asking the registry again',
    fields: expect.objectContaining({
      retryInMs: 5_000,
      err: expect.objectContaining({
        code: 'SCHEMA_REGISTRY_UNAVAILABLE',
        message: expect.stringMatching(/^the schema registry at http:\/\/127\.0\.0\.1:\d+ gives no answer: /),
      }),
    }),
  });

  proxy.mend();
  waiting.push(...(await produce(unknown, 'four')));
  expect(await outputsOf(unknown, waiting.length)).toEqual(waiting);
  expect(await outputsOf(known, flowing.length)).toEqual(flowing);
});
