/*
 * How long results stay away while instances restart and join, on a real Kafka:
 * `node --import ./test/support/typescript.js bench/rolling-restart.ts [RATE] [BROKERS]` (default 5,000 records/s, a Kafka of
 * its own). Three processes count with a standby each; each is stopped and started again, then a fourth joins. The gap of a
 * partition is the longest time between two arrivals of committed results. Ends with a verdict; exit code 1 if an aim is
 * missed or a count is wrong.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { partitionForKey } from '../src/broker/client/partitioner.js';
import { NO_HEADERS } from '../src/util/headers.js';
import { systemRandom } from '../src/util/random.js';
import { systemClock } from '../src/util/time.js';
import { kafkaClient } from '../test/support/broker/kafka-under-test.js';
import { CountingChild } from '../test/support/counting-child.js';
import { startKafka } from '../test/support/kafka/kafka-cluster.js';

const PARTITIONS = 12;
const KEYS = Array.from({ length: 1_200 }, (_, i) => Buffer.from(`key-${i}`));
const AIM_MS = { restart: 2_000, stays: 1_000, moves: 3_000 };
/** Between two restarts: what comes back has to warm up first. */
const SETTLED_MS = 1_000;

const rate = Number(process.argv[2] ?? 5_000);
const kafka = process.argv[3] === undefined ? await startKafka({ heapMb: 700 }) : undefined;
const brokers = kafka?.brokers ?? (process.argv[3] ?? '').split(',');
const applicationId = `rolling-${systemRandom.uuid().slice(0, 8)}`;
const [input, output] = [`${applicationId}-in`, `${applicationId}-out`];
const folder = await mkdtemp(join(tmpdir(), 'millrace-rolling-'));
const client = kafkaClient(brokers, 'rolling-restart');
await client.admin.createTopics([input, output].map((name) => ({ name, partitions: PARTITIONS })));

let stopped = false;
let sent = 0;
const counts = new Map<string, number>();
let received = 0;
/** Of each partition: the last arrival, and the longest gap of the present phase. */
const arrivals = Array.from({ length: PARTITIONS }, () => ({ last: 0, gapMs: 0 }));

const start = (name: string): CountingChild => new CountingChild(brokers, applicationId, join(folder, name), 1);
const names = ['a', 'b', 'c'];
let children: CountingChild[] = [];
try {
  process.exitCode = (await run()) ? 0 : 1;
} finally {
  stopped = true;
  for (const child of children) await child.end('SIGKILL');
  await client.close();
  await kafka?.stop();
  await rm(folder, { recursive: true, force: true });
}

async function run(): Promise<boolean> {
  const [feeding, reading] = [feed(), read()];
  children = names.map(start);
  await balanced(children);
  const usual = await phase('nothing', () => systemClock.sleep(3_000));
  const restarted: number[] = [];
  for (const [index, name] of names.entries()) {
    const gaps = await phase(`restart of ${name}`, async () => {
      await children[index]?.end('SIGTERM');
      children[index] = await start(name).untilRunning();
      await balanced(children);
      await systemClock.sleep(SETTLED_MS);
    });
    restarted.push(Math.max(...gaps));
  }
  const joined = await phase('a fourth joins', async () => {
    children.push(start('d'));
    await balanced(children);
    await systemClock.sleep(SETTLED_MS);
  });
  const moved = new Set(children[3]?.tasks.map((id) => Number(id.split('_')[1])));
  stopped = true;
  await feeding;
  await until(() => received >= sent);
  await reading;
  const wrong = [...counts.values()].reduce((sum, count) => sum + count, 0) !== sent || received !== sent;
  const verdicts = [
    verdict('rolling restart, longest gap', Math.max(...restarted), AIM_MS.restart),
    verdict('a fourth joins, tasks that stay', Math.max(...joined.filter((_, at) => !moved.has(at))), AIM_MS.stays),
    verdict('a fourth joins, tasks that move', Math.max(...joined.filter((_, at) => moved.has(at))), AIM_MS.moves),
  ];
  console.log(`usual gap ${Math.max(...usual).toFixed(0)} ms; ${sent} records, counts ${wrong ? 'WRONG' : 'exact'}`);
  return verdicts.every(Boolean) && !wrong;
}

function verdict(what: string, gapMs: number, aimMs: number): boolean {
  const held = gapMs < aimMs;
  console.log(`${held ? 'held' : 'MISSED'}: ${what} ${gapMs.toFixed(0)} ms (aim: below ${aimMs})`);
  return held;
}

/** The longest gap of each partition while `work` goes on. */
async function phase(what: string, work: () => Promise<void>): Promise<readonly number[]> {
  const now = systemClock.monotonicMs();
  for (const arrival of arrivals) Object.assign(arrival, { last: now, gapMs: 0 });
  await work();
  const gaps = arrivals.map(({ last, gapMs }) => Math.max(gapMs, systemClock.monotonicMs() - last));
  const seconds = ((systemClock.monotonicMs() - now) / 1_000).toFixed(1);
  console.log(`${what} (${seconds} s): gaps ${gaps.map((gap) => gap.toFixed(0)).join(' ')} ms`);
  return gaps;
}

async function balanced(all: readonly CountingChild[]): Promise<void> {
  const share = PARTITIONS / all.length;
  await until(() => all.every(({ tasks }) => tasks.length === share) && all.every((each) => each.caughtUp.length > 0));
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = systemClock.monotonicMs() + 60_000;
  while (!condition()) {
    if (systemClock.monotonicMs() > deadline)
      throw new Error(children.map(({ lines }) => lines.slice(-3).join('\n')).join('\n\n'));
    await systemClock.sleep(20);
  }
}

async function feed(): Promise<void> {
  const writer = client.writer({});
  await writer.init();
  const startMs = systemClock.monotonicMs();
  while (!stopped) {
    const due = ((systemClock.monotonicMs() - startMs) / 1_000) * rate;
    for (; sent < due; sent++) {
      const key = KEYS[sent % KEYS.length] ?? null;
      writer.send(
        input,
        partitionForKey(key ?? Buffer.alloc(0), PARTITIONS),
        key,
        key,
        systemClock.nowMs(),
        NO_HEADERS,
      );
    }
    await writer.flush();
    await systemClock.sleep(10);
  }
  await writer.close();
}

async function read(): Promise<void> {
  const reader = client.reader({ isolation: 'read_committed', channel: 'fetch' });
  for (let partition = 0; partition < PARTITIONS; partition++) reader.seek({ topic: output, partition }, 0);
  while (!stopped || received < sent) {
    for (const { partition, records } of await reader.poll(50)) {
      if (records.length === 0) continue;
      for (let i = 0; i < records.length; i++) {
        const bytes = records.buffer(i);
        const key = bytes.toString('utf8', records.keyStart(i), records.keyEnd(i));
        counts.set(
          key,
          Math.max(counts.get(key) ?? 0, Number(bytes.toString('utf8', records.valueStart(i), records.valueEnd(i)))),
        );
      }
      received += records.length;
      const arrival = arrivals[partition];
      const now = systemClock.monotonicMs();
      if (arrival) Object.assign(arrival, { last: now, gapMs: Math.max(arrival.gapMs, now - arrival.last) });
    }
  }
  await reader.close();
}
