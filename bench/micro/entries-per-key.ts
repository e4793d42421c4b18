/*
 * What the number of entries that a key has costs: `node dist/bench/micro/entries-per-key.js [FOLDER]`. Whole programs in a task,
 * state on LevelDB, the key's 10, 1,000 or 10,000 entries committed; microseconds of CPU per emitted and per input record.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KStream } from '../../src/dsl/kstream.js';
import { StreamsBuilder } from '../../src/dsl/streams-builder.js';
import { sessions, sliding, within } from '../../src/index.js';
import { string } from '../../src/serde/primitives.js';
import { BenchTask, type BenchRecord } from './bench-task.js';

const EMITTED = 60_000;
const RECORDS = 3_000;
const text = { key: string(), value: string() };
const VALUE = Buffer.from('a value of some forty characters, as read');
const directory = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'millrace-bench-'));
const pair = (left: string | null, right: string | null): string => (left ?? '') + (right ?? '');

/** A program over `left` and `right`, and where in time its entries and the measured records stand. */
interface Workload {
  readonly name: string;
  readonly build: (left: KStream<string, string>, right: KStream<string, string>, entries: number) => void;
  /** Milliseconds between two entries. */
  readonly stepMs?: number;
  readonly measured: 'left' | 'right';
  readonly perInput?: boolean;
}

const WORKLOADS: readonly Workload[] = [
  { name: 'join, all match', measured: 'right', build: (l, r, n) => l.join(r, pair, within(2 * n)) },
  { name: 'join, ten match', measured: 'right', perInput: true, build: (l, r, n) => l.join(r, pair, within(5, { grace: 4 * n })) }, // prettier-ignore
  { name: 'outer join, all match', measured: 'right', build: (l, r, n) => l.outerJoin(r, pair, within(2 * n)) },
  { name: 'outer join, none match', measured: 'left', perInput: true, build: (l, r, n) => l.outerJoin(r, pair, within(n, { grace: 1e6 })) }, // prettier-ignore
  { name: 'sliding count', measured: 'left', perInput: true, build: (l) => l.groupByKey(text).windowedBy(sliding(10, { grace: 1e6 })).count().toStream() }, // prettier-ignore
  { name: 'session count', measured: 'left', perInput: true, stepMs: 10, build: (l) => l.groupByKey(text).windowedBy(sessions(2, { grace: 1e6 })).count().toStream() }, // prettier-ignore
];

for (const workload of WORKLOADS) {
  const costs: number[] = [];
  for (const entries of [10, 1_000, 10_000]) costs.push(await cost(workload, entries));
  const per = workload.perInput === true ? 'input' : 'emitted';
  const shown = costs.map((us) => us.toFixed(1).padStart(8)).join('');
  console.log(
    `${workload.name.padEnd(24)}${shown} us per ${per} record; x${((costs[2] ?? 0) / (costs[0] ?? 1)).toFixed(1)}`,
  );
}
rmSync(directory, { recursive: true });

async function cost({ name, build, stepMs = 1, measured, perInput }: Workload, entries: number): Promise<number> {
  const builder = new StreamsBuilder();
  build(builder.stream('left', text), builder.stream('right', text), entries);
  const topics = name.includes('join') ? ['left', 'right'] : ['left'];
  const bench = await BenchTask.open(builder.build(), topics, join(directory, `${name}-${entries}`));
  const record = (timestamp: number): BenchRecord => ({ key: Buffer.from('k'), value: VALUE, timestamp });
  for (let from = 0; from < entries; from += 1_000) {
    const count = Math.min(1_000, entries - from);
    bench.add(
      'left',
      Array.from({ length: count }, (_, i) => record((from + i) * stepMs)),
    );
    await bench.run();
    await bench.commit();
  }
  const records = perInput === true ? RECORDS : Math.max(4, Math.ceil(EMITTED / entries));
  const last = (entries - 1) * stepMs;
  bench.add(measured, Array.from({ length: records }, (_, i) => record(last + stepMs * (measured === 'left' ? i + 1 : 0)))); // prettier-ignore
  const before = process.cpuUsage();
  await bench.run();
  const { user, system } = process.cpuUsage(before);
  await bench.close();
  return (user + system) / (perInput === true ? records : records * entries);
}
