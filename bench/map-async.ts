/*
 * How fast `mapAsync` is, exactly once, on the embedded log:
 * `node --import ./test/support/typescript.js bench/map-async.ts [http|waits]`.
 * First an HTTP server with a latency of 100 ms, 200 requests in flight: at most 2,000 records/s. Then the table of Confluent's
 * Parallel Consumer: 10,000 records on one partition, calls of 0 to 5 ms, 100 at a time; by key with so many keys, and unordered.
 */
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { Worker } from 'node:worker_threads';
import { createBrokerClient } from '../src/broker/client/broker-client.js';
import { openEmbeddedBroker } from '../src/broker/embedded/embedded-broker.js';
import { StreamsBuilder } from '../src/dsl/streams-builder.js';
import type { AsyncMapper } from '../src/dsl/map-async.js';
import type { AsyncOptions } from '../src/processor/async/async-options.js';
import { silentLogger } from '../src/observability/log.js';
import { noMetrics } from '../src/observability/metrics.js';
import { createStreamsApplication } from '../src/runtime/streams-application.js';
import { string } from '../src/serde/primitives.js';
import { NO_HEADERS } from '../src/util/headers.js';
import { systemRandom } from '../src/util/random.js';
import { systemClock } from '../src/util/time.js';

const system = { clock: systemClock, random: systemRandom };

/** From the first record taken to the last committed result; CPU is that of this process, the thread of the HTTP server included. */
interface Measured {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

async function measure(
  records: number,
  keys: number,
  mapper: AsyncMapper<string, string, string>,
  options: AsyncOptions,
): Promise<Measured> {
  const broker = await openEmbeddedBroker(system);
  const client = createBrokerClient({
    transport: broker.transport(),
    clientId: 'bench',
    log: silentLogger,
    metrics: noMetrics,
    ...system,
  });
  await client.admin.createTopics(['in', 'out'].map((name) => ({ name, partitions: 1 })));
  const writer = client.writer({});
  await writer.init();
  for (let i = 0; i < records; i++) {
    writer.send('in', 0, Buffer.from(`k${i % keys}`), Buffer.from(String(i)), i, NO_HEADERS);
  }
  await writer.flush();

  const builder = new StreamsBuilder();
  builder.stream('in', { key: string(), value: string() }).mapAsync(mapper, options).to('out', { value: string() });
  const topology = builder.build();
  const application = createStreamsApplication({
    applicationId: 'bench',
    topology,
    client,
    instanceId: 'one',
    metrics: noMetrics,
    log: silentLogger,
    ...system,
  });
  await application.start();
  await application.waitUntilRunning();
  const start = systemClock.monotonicMs();
  const before = process.cpuUsage();
  const reader = client.reader({ isolation: 'read_committed', channel: 'restore' });
  reader.seek({ topic: 'out', partition: 0 }, 0);
  for (let results = 0; results < records;) {
    for (const { records: fetched } of await reader.poll()) results += fetched.length;
  }
  const seconds = (systemClock.monotonicMs() - start) / 1_000;
  const { user, system: kernel } = process.cpuUsage(before);
  await application.close();
  await client.close();
  await broker.close();
  return { seconds, cpuSeconds: (user + kernel) / 1_000_000 };
}

async function http(): Promise<void> {
  const server = new Worker(new URL('./slow-server-thread.ts', import.meta.url));
  const [url] = (await once(server, 'message')) as [string]; // all that it says
  // Not fetch, whose own cost per request is several times that of all else here.
  const agent = new Agent({ keepAlive: true });
  const ask: AsyncMapper<string, string, string> = (value, _key, { signal }) =>
    new Promise((resolve, reject) => {
      const request = get(`${url}/${value}`, { agent, signal }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
        response.on('end', () => {
          resolve(body);
        });
      });
      request.on('error', reject);
    });
  const { seconds, cpuSeconds } = await measure(10_000, 10_000, ask, { concurrency: 200 });
  agent.destroy();
  await server.terminate();
  const rate = (10_000 / seconds).toFixed(0);
  console.log(`HTTP, 100 ms, 200 in flight: ${rate} records/s of at most 2,000; ${cpuSeconds.toFixed(1)} s of CPU`);
}

async function waits(): Promise<void> {
  const wait: AsyncMapper<string, string, string> = async (value) => {
    await systemClock.sleep(5 * systemRandom.next());
    return value;
  };
  console.log('10,000 records of 0-5 ms on one partition, 100 at a time; seconds');
  console.log('                  Millrace, exactly once    of CPU    Parallel Consumer');
  for (const [order, keys, theirs] of [
    ['key', 1, 26.7],
    ['key', 5, 5.9],
    ['key', 20, 2.24],
    ['key', 1_000, 2.06],
    ['none', 1, 2.83],
  ] as const) {
    const { seconds, cpuSeconds } = await measure(10_000, keys, wait, { concurrency: 100, order });
    const what = order === 'none' ? 'unordered' : `${keys} ${keys === 1 ? 'key' : 'keys'}`;
    const figures = [seconds.toFixed(2).padStart(22), cpuSeconds.toFixed(2).padStart(10), String(theirs).padStart(21)];
    console.log(what.padEnd(18) + figures.join(''));
  }
}

const wanted = process.argv[2];
if (wanted !== 'waits') await http();
if (wanted !== 'http') await waits();
