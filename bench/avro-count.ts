/*
 * The count pipeline (W2) over the same sales in JSON and in Avro with a schema registry, in turn, on a real Kafka:
 * `node --import ./test/support/typescript.js bench/avro-count.ts [RECORDS] [RUNS] [BROKERS]` (500,000 records, 5 runs of
 * each, a Kafka of its own). Both read every field of a value. Counts CPU and time of the process from the first committed
 * offsets to the last, and holds the counts to the truth. Prints each run, then medians; exit code 1 if Avro takes more CPU.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { partitionForKey } from '../src/broker/client/partitioner.js';
import { silentLogger } from '../src/observability/log.js';
import { noMetrics } from '../src/observability/metrics.js';
import { prepareTopicSerdes } from '../src/runtime/prepare-serdes.js';
import { avro, json, MemoryRegistry, string, type Serde } from '../src/serde/index.js';
import { SchemaCache } from '../src/serde/registry/schema-cache.js';
import { NO_HEADERS } from '../src/util/headers.js';
import { seededRandom, systemRandom } from '../src/util/random.js';
import { systemClock } from '../src/util/time.js';
import { kafkaClient } from '../test/support/broker/kafka-under-test.js';
import { startKafka } from '../test/support/kafka/kafka-cluster.js';
import { serveRegistry } from '../test/support/registry/serve-registry.js';
import { Sale } from './millrace/workloads.js';

const PARTITIONS = 4;
const KEYS = 100_000;
const START_MS = 1_700_000_000_000;
const TICKS_PER_SECOND = 100; // of /proc's CPU times
const FORMATS = ['json', 'avro'] as const;
type Format = (typeof FORMATS)[number];

/** What one run came to, from its first committed offsets on. */
interface Measured {
  readonly cpuSecondsPerMillion: number;
  readonly recordsPerSecond: number;
}

const recordCount = Number(process.argv[2] ?? 500_000);
const runs = Number(process.argv[3] ?? 5);
const kafka = process.argv[4] === undefined ? await startKafka({ heapMb: 700 }) : undefined;
const brokers = kafka?.brokers ?? (process.argv[4] ?? '').split(',');
const id = `avro-count-${systemRandom.uuid().slice(0, 8)}`;
const folder = await mkdtemp(join(tmpdir(), 'millrace-avro-count-'));
const client = kafkaClient(brokers, 'avro-count');
const registry = new MemoryRegistry();
const served = await serveRegistry(registry);
try {
  process.exitCode = (await run()) ? 0 : 1;
} finally {
  await client.close();
  await served.close();
  await kafka?.stop();
  await rm(folder, { recursive: true, force: true });
}

async function run(): Promise<boolean> {
  const schemas = new SchemaCache(registry, { clock: systemClock, log: silentLogger, metrics: noMetrics });
  await fill('json', json<Sale>(), schemas);
  await fill('avro', avro.serde(Sale), schemas);
  const measured: Record<Format, Measured[]> = { json: [], avro: [] };
  for (let at = 0; at < runs; at++) {
    for (const format of at % 2 === 0 ? FORMATS : FORMATS.toReversed()) {
      const one = await measure(format, `${id}-${format}-${at}`);
      measured[format].push(one);
      console.log(line(format, one));
    }
  }
  const [jsonMedian, avroMedian] = FORMATS.map((format) => medians(measured[format])) as [Measured, Measured];
  console.log(
    `medians of ${runs} runs over ${recordCount} records\n${line('json', jsonMedian)}\n${line('avro', avroMedian)}`,
  );
  const ratio = avroMedian.cpuSecondsPerMillion / jsonMedian.cpuSecondsPerMillion;
  console.log(`Avro takes ${ratio.toFixed(2)} of the CPU of JSON`);
  await schemas.close();
  return ratio <= 1;
}

/** Writes the sales; gives nothing of them but their topic's name, `<id>-<format>`. */
async function fill(format: Format, value: Serde<Sale>, schemas: SchemaCache): Promise<void> {
  const topic = `${id}-${format}`;
  await client.admin.createTopics([{ name: topic, partitions: PARTITIONS }]);
  await prepareTopicSerdes({ key: string(), value }, { topic, access: 'write' }, schemas);
  const random = seededRandom(1);
  const writer = client.writer({});
  await writer.init();
  for (let i = 0; i < recordCount; i++) {
    const key = Buffer.from(`key-${Math.floor(random.next() * KEYS)}`.padEnd(16, '-'));
    const sale = {
      seller_id: `s${String(1 + Math.floor(random.next() * 1_000)).padStart(4, '0')}`,
      amount_usd: 1 + Math.floor(random.next() * 1_000),
      sale_ts: START_MS + i,
      pad: 'x'.repeat(28),
    };
    writer.send(topic, partitionForKey(key, PARTITIONS), key, value.serialize(sale), sale.sale_ts, NO_HEADERS);
    if (i % 10_000 === 0) await writer.flush();
  }
  await writer.flush();
  await writer.close();
}

async function measure(format: Format, applicationId: string): Promise<Measured> {
  const output = `${applicationId}-out`;
  await client.admin.createTopics([{ name: output, partitions: PARTITIONS }]);
  const child = startApp(format, applicationId, output);
  const committed = (): Promise<number> => committedRecords(applicationId, `${id}-${format}`);
  const first = await sampleWhen(child, committed, (records) => records > 0);
  const last = await sampleWhen(child, committed, (records) => records === recordCount);
  child.kill('SIGTERM');
  await once(child, 'exit');
  const counted = await countedRecords(output);
  if (counted !== recordCount) throw new Error(`${counted} records were counted, not ${recordCount}`);
  const records = last.records - first.records;
  return {
    cpuSecondsPerMillion: ((last.cpuSeconds - first.cpuSeconds) / records) * 1e6,
    recordsPerSecond: (records / (last.atMs - first.atMs)) * 1_000,
  };
}

function startApp(format: Format, applicationId: string, output: string): ChildProcess {
  const env = {
    ...process.env,
    BENCH_WORKLOAD: `W2-${format}`,
    BENCH_BOOTSTRAP: brokers.join(','),
    BENCH_INPUT: `${id}-${format}`,
    BENCH_OUTPUT: output,
    BENCH_APP_ID: applicationId,
    BENCH_STATE_DIR: join(folder, applicationId),
    BENCH_COMMIT_MS: '250',
    BENCH_REGISTRY: served.url,
  };
  const script = ['--import', './test/support/typescript.js', './bench/millrace/app.ts'];
  const child = spawn(process.execPath, script, { stdio: ['ignore', 'inherit', 'inherit'], env });
  process.once('exit', () => child.kill('SIGKILL'));
  return child;
}

async function sampleWhen(child: ChildProcess, committed: () => Promise<number>, when: (records: number) => boolean) {
  for (;;) {
    const records = await committed();
    if (when(records)) return { records, cpuSeconds: cpuSecondsOf(child.pid ?? 0), atMs: systemClock.monotonicMs() };
    if (child.exitCode !== null) throw new Error(`the application ended with exit code ${child.exitCode}`);
    await systemClock.sleep(20);
  }
}

async function committedRecords(group: string, topic: string): Promise<number> {
  const partitions = Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition }));
  const offsets = await client.admin.committedOffsets(group, partitions);
  return [...offsets.values()].reduce((sum, { offset }) => sum + offset, 0);
}

/** User and system time, of Linux's /proc. */
function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** The sum of the last count of each key. */
async function countedRecords(topic: string): Promise<number> {
  const partitions = Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition }));
  const ends = await client.admin.listOffsets(partitions, 'latest', 'read_committed');
  const reader = client.reader({ isolation: 'read_committed', channel: 'fetch' });
  for (const partition of partitions) reader.seek(partition, 0);
  const counts = new Map<string, number>();
  while (ends.size > 0) {
    for (const { partition, records, nextOffset } of await reader.poll(50)) {
      for (let i = 0; i < records.length; i++) {
        const bytes = records.buffer(i);
        const key = bytes.toString('utf8', records.keyStart(i), records.keyEnd(i));
        counts.set(key, Number(bytes.readBigInt64BE(records.valueStart(i))));
      }
      if (nextOffset >= (ends.get(`${topic}-${partition}`) ?? 0)) ends.delete(`${topic}-${partition}`);
    }
  }
  await reader.close();
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

function medians(all: readonly Measured[]): Measured {
  const median = (pick: (one: Measured) => number): number =>
    all.map(pick).toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? NaN;
  return {
    cpuSecondsPerMillion: median((one) => one.cpuSecondsPerMillion),
    recordsPerSecond: median((one) => one.recordsPerSecond),
  };
}

function line(format: Format, { cpuSecondsPerMillion, recordsPerSecond }: Measured): string {
  return `${format}  ${cpuSecondsPerMillion.toFixed(2)} CPU s per million, ${(recordsPerSecond / 1_000).toFixed(1)} k records/s`;
}
