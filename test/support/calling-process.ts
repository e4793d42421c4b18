import { writeFileSync } from 'node:fs';
import { createBrokerClient } from '../../src/broker/client/broker-client.js';
import { openEmbeddedBroker } from '../../src/broker/embedded/embedded-broker.js';
import { StreamsBuilder } from '../../src/dsl/streams-builder.js';
import { silentLogger } from '../../src/observability/log.js';
import { noMetrics } from '../../src/observability/metrics.js';
import { createStreamsApplication } from '../../src/runtime/streams-application.js';
import { string } from '../../src/serde/primitives.js';
import { NO_HEADERS } from '../../src/util/headers.js';
import { systemRandom } from '../../src/util/random.js';
import { systemClock } from '../../src/util/time.js';

/*
 * A process that produces numbers 0, 1, … and asks an HTTP server for each, until it is killed:
 * node --import typescript.js calling-process.ts FOLDER SERVER_URL [COUNT]
 * The log is in FOLDER/log, so the next process goes on where this one was. With COUNT it ends once there are so many numbers and
 * the results of all of them, which it writes to FOLDER/results, a line each: the key and the result.
 */
const [folder = '', url = '', count = 'Infinity'] = process.argv.slice(2);
const PARTITIONS = 2;
/** Of each partition: so many calls may be under way for it, since a key has one at a time. */
const KEYS = 150;
/** Of each partition too: 200 in all. */
const CONCURRENCY = 100;
const BURST = 20;
const system = { clock: systemClock, random: systemRandom };
const broker = await openEmbeddedBroker({ directory: `${folder}/log`, ...system });
const client = createBrokerClient({
  transport: broker.transport(),
  clientId: 'calling',
  log: silentLogger,
  metrics: noMetrics,
  ...system,
});
const partitionsOf = (topic: string) => Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition }));
if ((await client.admin.describeTopics(['in'])).size === 0) {
  await client.admin.createTopics(['in', 'out'].map((name) => ({ name, partitions: PARTITIONS })));
}

const builder = new StreamsBuilder();
builder
  .stream('in', { key: string(), value: string() })
  .mapAsync(async (value, _key, { signal }) => (await fetch(`${url}/${value}`, { signal })).text(), {
    concurrency: CONCURRENCY,
    timeout: '2s',
    retry: { attempts: Infinity, initialDelay: 20, maxDelay: 500 },
    circuitBreaker: { failures: 20, openFor: 200 },
  })
  .to('out', { value: string() });
const application = createStreamsApplication({
  applicationId: 'calling',
  topology: builder.build(),
  client,
  instanceId: 'one',
  commitIntervalMs: 50,
  metrics: noMetrics,
  log: silentLogger,
  ...system,
});
application.onStateChange((state) => {
  if (state !== 'ERROR') return;
  console.error(application.error);
  process.exit(1);
});
await application.start();
await application.waitUntilRunning();

const writer = client.writer({});
await writer.init();
const ends = await client.admin.listOffsets(partitionsOf('in'), 'latest');
let produced = [...ends.values()].reduce((sum, end) => sum + end, 0);
while (produced < Number(count)) {
  // One burst goes to one partition as one batch, so the sum of the ends tells which numbers there are
  const partition = (produced / BURST) % PARTITIONS;
  for (let i = produced; i < produced + BURST; i++) {
    writer.send('in', partition, Buffer.from(`k${i % KEYS}-${partition}`), Buffer.from(String(i)), i, NO_HEADERS);
  }
  await writer.flush();
  produced += BURST;
  process.stdout.write(`produced ${String(produced)}\n`);
  await systemClock.sleep(20);
}

const reader = client.reader({ isolation: 'read_committed', channel: 'restore' });
for (const partition of partitionsOf('out')) reader.seek(partition, 0);
const results: string[] = [];
const read = async (): Promise<void> => {
  for (const { records } of await reader.poll()) {
    for (let i = 0; i < records.length; i++) {
      const text = (from: number, to: number): string => records.buffer(i).toString('utf8', from, to);
      results.push(
        `${text(records.keyStart(i), records.keyEnd(i))} ${text(records.valueStart(i), records.valueEnd(i))}`,
      );
    }
  }
};
while (results.length < produced) await read();
await application.close();
for (let quiet = 0; quiet < 5; quiet++) await read(); // what should not be there
writeFileSync(`${folder}/results`, results.join('\n'));
await client.close();
await broker.close();
