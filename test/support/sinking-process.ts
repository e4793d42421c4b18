import { createBrokerClient } from '../../src/broker/client/broker-client.js';
import { openEmbeddedBroker } from '../../src/broker/embedded/embedded-broker.js';
import { cassandraSink } from '../../src/connect/cassandra/cassandra-sink.js';
import { fileSink } from '../../src/connect/files/file-sink.js';
import { postgresSink } from '../../src/connect/postgres/postgres-sink.js';
import { s3Storage } from '../../src/connect/s3/s3-storage.js';
import { StreamsBuilder } from '../../src/dsl/streams-builder.js';
import { silentLogger } from '../../src/observability/log.js';
import { noMetrics } from '../../src/observability/metrics.js';
import { createStreamsApplication } from '../../src/runtime/streams-application.js';
import { string } from '../../src/serde/primitives.js';
import { NO_HEADERS } from '../../src/util/headers.js';
import { systemRandom } from '../../src/util/random.js';
import { systemClock } from '../../src/util/time.js';

/*
 * A process that produces numbers 0, 1, … and writes them to tables, to files and to objects until it is killed:
 * node --import typescript.js sinking-process.ts FOLDER [COUNT]
 * with the settings of Postgres, Cassandra and S3 in its environment.
 * The log is in FOLDER/log, so the next process goes on where this one was. With COUNT it ends once so many are written. It
 * says "produced N" now and then, and "done".
 */
const [folder = '', count = 'Infinity'] = process.argv.slice(2);
const PARTITIONS = 2;
const BURST = 20;
const system = { clock: systemClock, random: systemRandom };
const broker = await openEmbeddedBroker({ directory: `${folder}/log`, ...system });
const client = createBrokerClient({
  transport: broker.transport(),
  clientId: 'sinking',
  log: silentLogger,
  metrics: noMetrics,
  ...system,
});
const partitions = Array.from({ length: PARTITIONS }, (_, partition) => ({ topic: 'in', partition }));
if ((await client.admin.describeTopics(['in'])).size === 0) {
  await client.admin.createTopics([{ name: 'in', partitions: PARTITIONS }]);
}

const builder = new StreamsBuilder();
const numbers = builder.stream('in', { key: string(), value: string() });
const often = { batching: { maxRecords: 50, maxDelay: 5 }, retry: { initialDelay: 10, maxDelay: 100 } };
numbers.toSink(
  'table',
  postgresSink({
    table: 'numbers',
    key: { id: { type: 'bigint', of: (key) => key } },
    columns: { square: { type: 'numeric', of: (value) => value } },
    ...often,
  }),
);
numbers.toSink(
  'wide-table',
  cassandraSink({
    table: 'numbers',
    partitionKey: { bucket: { type: 'text', of: bucketOf } },
    clusteringKey: { id: { type: 'bigint', of: BigInt } },
    columns: { square: { type: 'varint', of: BigInt } },
    ...often,
  }),
);
numbers
  .map((key, value) => [bucketOf(key), value])
  .toSink(
    'latest',
    cassandraSink({
      table: 'latest',
      partitionKey: { bucket: { type: 'text', of: (bucket) => bucket } },
      columns: { square: { type: 'varint', of: BigInt } },
      ...often,
    }),
    { key: string(), value: string() },
  );
numbers.toSink('files', fileSink({ to: `${folder}/files`, roll: { rows: 100, interval: 50 }, ...often }));
numbers.toSink(
  'objects',
  fileSink({ to: s3Storage({ bucket: 'numbers', prefix: 'all' }), roll: { rows: 500, interval: 200 }, ...often }),
);

const application = createStreamsApplication({
  applicationId: 'sinking',
  topology: builder.build(),
  client,
  instanceId: 'one',
  commitIntervalMs: 20,
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
const ends = await client.admin.listOffsets(partitions, 'latest');
let produced = [...ends.values()].reduce((sum, end) => sum + end, 0);
while (produced < Number(count)) {
  // One burst goes to one partition as one batch, so the sum of the ends tells which numbers there are
  const { partition } = partitions[(produced / BURST) % PARTITIONS] ?? { partition: 0 };
  for (let i = produced; i < produced + BURST; i++) {
    writer.send('in', partition, Buffer.from(String(i)), Buffer.from(String(i * i)), i * 60_000, NO_HEADERS);
  }
  await writer.flush();
  produced += BURST;
  process.stdout.write(`produced ${String(produced)}\n`);
  await systemClock.sleep(2);
}

const lag = (): number =>
  application
    .tasks()
    .flatMap(({ inputs }) => inputs)
    .reduce((sum, { lagRecords }) => sum + lagRecords, 0);
const caughtUp = (): boolean =>
  application.tasks().length === 6 * PARTITIONS &&
  application.tasks().every(({ inputs }) => inputs.every(({ highWatermark }) => highWatermark !== undefined)) &&
  lag() === 0;
while (!caughtUp()) await systemClock.sleep(10);
await application.close();
await client.close();
await broker.close();
process.stdout.write('done\n');

/** One of ten buckets of each partition: the numbers of a bucket are in the log in their order. */
function bucketOf(key: string): string {
  const id = Number(key);
  return `${String(((id / BURST) % PARTITIONS) | 0)}-${String(id % 10)}`;
}
