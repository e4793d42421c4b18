/*
 * What the number of entries that a key has costs: `node dist/bench/micro/entries-per-key.js [FOLDER]`, some ten seconds. Whole
 * programs in a task, state on LevelDB, the key's 10, 1,000 or 10,000 entries committed; microseconds of CPU per emitted or per
 * input record.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KStream } from '../../src/dsl/kstream.js';
import { StreamsBuilder } from '../../src/dsl/streams-builder.js';
import { sessions, sliding, within } from '../../src/index.js';
import { string } from '../../src/serde/primitives.js';
import type { ValueAndTimestamp, WindowStore } from '../../src/state/store.js';
import { BenchTask, type BenchRecord } from './bench-task.js';

const EMITTED = 60_000;
const RECORDS = 3_000;
const STORE = 'counts';
/** Of the first entry: no window of any workload begins before 0. */
const START_MS = 1_000_000;
const KEY = 'k';
const text = { key: string(), value: string() };
const VALUE = Buffer.from('a value of some forty characters, as read');
const directory = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'millrace-bench-'));
const pair = (left: string | null, right: string | null): string => (left ?? '') + (right ?? '');

/** A program over `left` and `right`, what a key has in its state, and where in time the measured records stand. */
interface Workload {
  readonly name: string;
  readonly build: (left: KStream<string, string>, right: KStream<string, string>, entries: number) => void;
  readonly fill: (bench: BenchTask, entries: number) => Promise<void>;
  /** The topic of the measured records. */
  readonly measured?: 'left' | 'right';
  /** Milliseconds between two measured records; none: all stand at the time of the last entry. */
  readonly stepMs: number;
  readonly per: 'emitted' | 'input';
}

const byRecords =
  (stepMs: number) =>
  async (bench: BenchTask, entries: number): Promise<void> => {
    for (let from = 0; from < entries; from += 1_000) {
      const count = Math.min(1_000, entries - from);
      bench.add(
        'left',
        Array.from({ length: count }, (_, i) => record((from + i) * stepMs)),
      );
      await bench.run();
      await bench.commit();
    }
  };

/** The windows that records one after the other, all within `differenceMs`, make: these would make each the windows of all before it. */
const byWindows =
  (differenceMs: (entries: number) => number) =>
  async (bench: BenchTask, entries: number): Promise<void> => {
    const store = bench.task.state.stores.get(STORE) as WindowStore<string, ValueAndTimestamp<number>>; // as the program declares it
    const lastMs = START_MS + entries - 1;
    for (let at = 0, timestamp = START_MS; at < entries; at++, timestamp++) {
      store.put(KEY, { value: at + 1, timestamp }, timestamp - differenceMs(entries));
      if (timestamp < lastMs) store.put(KEY, { value: entries - 1 - at, timestamp: lastMs }, timestamp + 1);
    }
    await bench.commit();
  };

const counts = { store: STORE };
const twice = (entries: number): number => 2 * entries;

const WORKLOADS: readonly Workload[] = [
  { name: 'join, all match', per: 'emitted', measured: 'right', stepMs: 0, fill: byRecords(1), build: (l, r, n) => l.join(r, pair, within(twice(n))) }, // prettier-ignore
  { name: 'join, ten match', per: 'input', measured: 'right', stepMs: 0, fill: byRecords(1), build: (l, r, n) => l.join(r, pair, within(5, { grace: 4 * n })) }, // prettier-ignore
  { name: 'outer join, all match', per: 'emitted', measured: 'right', stepMs: 0, fill: byRecords(1), build: (l, r, n) => l.outerJoin(r, pair, within(twice(n))) }, // prettier-ignore
  { name: 'outer join, none match', per: 'input', stepMs: 1, fill: byRecords(1), build: (l, r, n) => l.outerJoin(r, pair, within(n, { grace: 1e6 })) }, // prettier-ignore
  { name: 'sliding, all within', per: 'emitted', stepMs: 0, fill: byWindows(twice), build: (l, _, n) => l.groupByKey(text).windowedBy(sliding(twice(n), { grace: 1e6 })).count(counts).toStream() }, // prettier-ignore
  { name: 'sliding, ten within', per: 'input', stepMs: 1, fill: byRecords(1), build: (l) => l.groupByKey(text).windowedBy(sliding(10, { grace: 1e6 })).count().toStream() }, // prettier-ignore
  { name: 'sessions', per: 'input', stepMs: 10, fill: byRecords(10), build: (l) => l.groupByKey(text).windowedBy(sessions(2, { grace: 1e6 })).count().toStream() }, // prettier-ignore
];

console.log(`${''.padEnd(24)}      10   1,000  10,000 entries`);
for (const workload of WORKLOADS) {
  await cost(workload, 10); // compiles what is measured then
  const costs: number[] = [];
  for (const entries of [10, 1_000, 10_000]) costs.push(await cost(workload, entries));
  const shown = costs.map((us) => us.toFixed(1).padStart(8)).join('');
  const ratio = ((costs[2] ?? 0) / (costs[0] ?? 1)).toFixed(1);
  console.log(`${workload.name.padEnd(24)}${shown} us per ${workload.per} record; x${ratio}`);
}
rmSync(directory, { recursive: true });

async function cost({ name, build, fill, measured = 'left', stepMs, per }: Workload, entries: number): Promise<number> {
  const builder = new StreamsBuilder();
  build(builder.stream('left', text), builder.stream('right', text), entries);
  const topics = name.includes('join') ? ['left', 'right'] : ['left'];
  const bench = await BenchTask.open(builder.build(), topics, mkdtempSync(join(directory, 'task-')));
  await fill(bench, entries);
  const records = per === 'input' ? RECORDS : Math.max(4, Math.ceil(EMITTED / entries));
  const last = (entries - 1) * Math.max(stepMs, 1);
  bench.add(
    measured,
    Array.from({ length: records }, (_, i) => record(last + stepMs * (i + 1))),
  );
  const before = process.cpuUsage();
  await bench.run();
  const { user, system } = process.cpuUsage(before);
  await bench.close();
  return (user + system) / (per === 'input' ? records : records * entries);
}

function record(afterStartMs: number): BenchRecord {
  return { key: Buffer.from(KEY), value: VALUE, timestamp: START_MS + afterStartMs };
}
