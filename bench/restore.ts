/*
 * Restoring a changelog beside Java Kafka Streams, on a real Kafka: `bench/millrace/setup && node --import
 * ./test/support/typescript.js bench/restore.ts [--records 1000000] [--keys 100000] [--runs 3] [--systems millrace,java-streams]
 * [--brokers HOST:PORT]` (default: a Kafka of its own; Java 17 and Maven are needed).
 *
 * Counting once, without a record cache, leaves a changelog of so many records in four partitions. Each run then starts a system
 * without state, as the same application: both read the same bytes, in turns. Of each run: the restore alone (first start to
 * last end, as the system itself tells), and from the start of the process until it runs: seconds, CPU, peak memory. Then a
 * record per partition is counted on top, which shows whether the counts are right; exit code 1 if one is wrong.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { partitionForKey } from '../src/broker/client/partitioner.js';
import { NO_HEADERS } from '../src/util/headers.js';
import { seededRandom } from '../src/util/random.js';
import { systemClock } from '../src/util/time.js';
import { kafkaClient } from '../test/support/broker/kafka-under-test.js';
import { startKafka } from '../test/support/kafka/kafka-cluster.js';

const PARTITIONS = 4;
/** Records are of now: a commit's marker is, and a changelog whose times leap forward is rolled, and then compacted. */
const START_MS = systemClock.nowMs();
/** /proc counts processor time in these. */
const TICKS_PER_SECOND = 100;
const LONGEST_MS = 300_000;

const { values: options } = parseArgs({
  options: {
    records: { type: 'string', default: '1000000' },
    keys: { type: 'string', default: '100000' },
    runs: { type: 'string', default: '3' },
    systems: { type: 'string', default: 'millrace,java-streams' },
    brokers: { type: 'string' },
  },
});
const [records, keys, runs] = [Number(options.records), Number(options.keys), Number(options.runs)];
const systems = options.systems.split(',');

interface Run {
  readonly system: string;
  readonly restored: number;
  readonly restoreSeconds: number;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly peakMb: number;
}

const folder = await mkdtemp(join(tmpdir(), 'millrace-restore-'));
const kafka = options.brokers === undefined ? await startKafka({ heapMb: 700 }) : undefined;
const brokers = kafka?.brokers ?? (options.brokers ?? '').split(',');
const client = kafkaClient(brokers, 'restore');
const applicationId = `restore-${folder.slice(-6)}`;
const [input, output] = [`${applicationId}-in`, `${applicationId}-out`];
const counts = new Map<string, number>();
/** A key of each partition, counted again after each restore. */
const markers = Array.from({ length: PARTITIONS }, (_, partition) => keyOf(partition));
let outputAt = new Map<string, number>();
let running: ChildProcess | undefined;

try {
  if (systems.includes('java-streams')) await promisify(execFile)('bench/java-streams/setup');
  process.exitCode = (await compare()) ? 0 : 1;
} finally {
  running?.kill('SIGKILL');
  await client.close();
  await kafka?.stop();
  await rm(folder, { recursive: true, force: true });
}

async function compare(): Promise<boolean> {
  await client.admin.createTopics([input, output].map((name) => ({ name, partitions: PARTITIONS })));
  await fill();
  const done: Run[] = [];
  let exact = true;
  for (let round = 0; round < runs; round++) {
    for (const system of systems) {
      const { run, right } = await restoreOnce(system);
      exact &&= right;
      done.push(run);
      console.log(`${lineOf(run)}, counts ${right ? 'exact' : 'WRONG'}`);
    }
  }
  const medians = systems.map((system) => medianOf(done.filter((run) => run.system === system)));
  for (const median of medians) console.log(`median ${lineOf(median)}`);
  const [ours, theirs] = ['millrace', 'java-streams'].map((name) => medians.find(({ system }) => system === name));
  if (ours && theirs) console.log(`millrace to java-streams: restore ${ratio(theirs, ours, 'restoreSeconds')} times as fast, process to running ${ratio(theirs, ours, 'wallSeconds')} times, CPU ${ratio(ours, theirs, 'cpuSeconds')}, peak memory ${ratio(ours, theirs, 'peakMb')}`); // prettier-ignore
  return exact;
}

/** Writes the input and counts it, so that the changelog has a record for each. */
async function fill(): Promise<void> {
  const writer = client.writer({});
  await writer.init();
  const random = seededRandom(1);
  for (let i = 0; i < records; i++) {
    const key = `k${String(Math.floor(random.next() * keys)).padStart(15, '0')}`;
    send(writer, key, i);
    if (writer.full) await writer.flush();
  }
  await writer.flush();
  await writer.close();
  const process = start('millrace', 'W2n');
  await until(async () => (await endOf(output)) >= records, 'all counted');
  await stop(process);
  outputAt = await client.admin.listOffsets(partitionsOf(output), 'latest');
}

async function restoreOnce(system: string): Promise<{ readonly run: Run; readonly right: boolean }> {
  await rm(join(folder, system), { recursive: true, force: true });
  const startMs = systemClock.monotonicMs();
  const { child, said } = start(system, 'W5');
  await until(() => Promise.resolve(said.some((line) => line.startsWith('BENCH running'))), 'running');
  const wallSeconds = (systemClock.monotonicMs() - startMs) / 1_000;
  const [, , restored = '0', ms = '0'] = said.findLast((line) => line.startsWith('BENCH restored'))?.split(' ') ?? [];
  const measured = { ...(await usageOf(child)), wallSeconds };
  const right = await countMarkers();
  await stop({ child });
  return { run: { system, restored: Number(restored), restoreSeconds: Number(ms) / 1_000, ...measured }, right };
}

function start(system: string, workload: string): { readonly child: ChildProcess; readonly said: readonly string[] } {
  const env = {
    ...{ BENCH_NODE: process.execPath, ...process.env },
    ...{ BENCH_WORKLOAD: workload, BENCH_BOOTSTRAP: brokers.join(','), BENCH_INPUT: input, BENCH_OUTPUT: output },
    ...{ BENCH_APP_ID: applicationId, BENCH_STATE_DIR: join(folder, system), BENCH_COMMIT_MS: '100' },
  };
  const child = spawn(`bench/${system}/run`, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const said: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => said.push(...text.split('\n')));
  running = child;
  return { child, said };
}

async function stop({ child }: { readonly child: ChildProcess }): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

/** Processor time so far and the most memory ever held, by /proc. */
async function usageOf({ pid = 0 }: ChildProcess): Promise<{ readonly cpuSeconds: number; readonly peakMb: number }> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // from the state on, the third field of proc(5)
  const ticks = Number(fields[11]) + Number(fields[12]);
  return { cpuSeconds: ticks / TICKS_PER_SECOND, peakMb: Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1_024 };
}

/** Counts a record per partition on top of what was restored. */
async function countMarkers(): Promise<boolean> {
  const writer = client.writer({});
  await writer.init();
  markers.forEach((key, i) => {
    send(writer, key, records + i);
  });
  await writer.flush();
  await writer.close();
  const found = new Map<string, number>();
  const reader = client.reader({ isolation: 'read_committed', channel: 'fetch' });
  for (const at of partitionsOf(output)) reader.seek(at, outputAt.get(`${at.topic}-${at.partition}`) ?? 0);
  const deadline = systemClock.monotonicMs() + LONGEST_MS;
  while (found.size < PARTITIONS && systemClock.monotonicMs() < deadline) {
    for (const { records: fetched } of await reader.poll(50)) {
      for (let i = 0; i < fetched.length; i++) {
        const key = fetched.buffer(i).toString('utf8', fetched.keyStart(i), fetched.keyEnd(i));
        found.set(key, Number(fetched.buffer(i).readBigInt64BE(fetched.valueStart(i))));
      }
    }
  }
  await reader.close();
  outputAt = await client.admin.listOffsets(partitionsOf(output), 'latest');
  return markers.every((key) => found.get(key) === counts.get(key));
}

function send(writer: ReturnType<typeof client.writer>, key: string, i: number): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
  const bytes = Buffer.from(key);
  writer.send(input, partitionForKey(bytes, PARTITIONS), bytes, bytes, START_MS + i, NO_HEADERS);
}

/** A key that belongs to a partition. */
function keyOf(partition: number): string {
  for (let i = 0; ; i++) {
    const key = `k${String(i).padStart(15, '0')}`;
    if (partitionForKey(Buffer.from(key), PARTITIONS) === partition) return key;
  }
}

function partitionsOf(topic: string): { topic: string; partition: number }[] {
  return Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition }));
}

async function endOf(topic: string): Promise<number> {
  const ends = await client.admin.listOffsets(partitionsOf(topic), 'latest');
  return [...ends.values()].reduce((sum, end) => sum + end, 0);
}

async function until(condition: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = systemClock.monotonicMs() + LONGEST_MS;
  while (!(await condition())) {
    if (systemClock.monotonicMs() > deadline || running?.exitCode !== null) throw new Error(`not ${what}`);
    await systemClock.sleep(10);
  }
}

function lineOf({ system, restored, restoreSeconds, wallSeconds, cpuSeconds, peakMb }: Run): string {
  const perSecond = Math.round(restored / restoreSeconds);
  return `${system}: ${restored} records restored in ${restoreSeconds.toFixed(2)} s (${perSecond}/s); running after ${wallSeconds.toFixed(2)} s, ${cpuSeconds.toFixed(2)} CPU s, peak ${peakMb.toFixed(0)} MB`; // prettier-ignore
}

function medianOf(all: readonly Run[]): Run {
  const median = (of: (run: Run) => number): number => all.map(of).sort((a, b) => a - b)[all.length >> 1] ?? 0;
  return {
    system: all[0]?.system ?? '',
    restored: median(({ restored }) => restored),
    restoreSeconds: median(({ restoreSeconds }) => restoreSeconds),
    wallSeconds: median(({ wallSeconds }) => wallSeconds),
    cpuSeconds: median(({ cpuSeconds }) => cpuSeconds),
    peakMb: median(({ peakMb }) => peakMb),
  };
}

function ratio(above: Run, below: Run, figure: 'restoreSeconds' | 'wallSeconds' | 'cpuSeconds' | 'peakMb'): string {
  return (above[figure] / below[figure]).toFixed(2);
}
