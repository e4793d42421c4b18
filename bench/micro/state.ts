/*
 * What one record pays for state, in nanoseconds of CPU (user and system, LevelDB's threads included): `node dist/bench/micro/state.js [FOLDER]`. State is on LevelDB in a new
 * folder, records are logged to nowhere.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from '../../src/serde/json.js';
import { long, string } from '../../src/serde/primitives.js';
import { openTaskState } from '../../src/state/open-task-state.js';
import type {
  KeyValueStoreDefinition,
  StoreContext,
  TimestampedKeyValueStore,
  TimestampedWindowStore,
  WindowStoreDefinition,
} from '../../src/state/store.js';
import type { TaskState } from '../../src/state/task-state.js';

const ROUNDS = 200_000;
const HOT_KEYS = 1_000;
const NO_POSITIONS = { changelogs: new Map(), inputs: new Map() };

const directory = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'millrace-bench-'));
let loggedBytes = 0;
const record = { topic: 'in', partition: 0, offset: 0, timestamp: 1, headers: [] };
const context: StoreContext = {
  taskId: '0_0',
  recordContext: () => record,
  changelog: () => ({
    log(key, value) {
      loggedBytes += key.length + (value?.length ?? 0);
    },
  }),
  onExpired: () => undefined,
};
const common = { keySerde: string(), storage: 'leveldb', logging: { topicConfig: {} }, timestamped: true } as const;
const counts: KeyValueStoreDefinition = {
  ...common,
  kind: 'keyValue',
  name: 'counts',
  valueSerde: long(),
  caching: false,
};
const rows: KeyValueStoreDefinition = { ...counts, name: 'rows', valueSerde: json() };
const windows: WindowStoreDefinition = {
  ...counts,
  kind: 'window',
  name: 'windows',
  retentionMs: 3_600_000,
  windowSizeMs: 60_000,
  retainDuplicates: false,
};

await bench('caching off', false);
await bench('caching on', true);
await benchMemory();
rmSync(directory, { recursive: true });
console.log(`(${(loggedBytes / 1e6).toFixed(0)} MB logged)`);

async function bench(label: string, caching: boolean): Promise<void> {
  console.log(`-- ${label}`);
  const state = await openTaskState({
    directory: join(directory, label),
    definitions: [counts, rows, windows].map((definition) => ({ ...definition, caching })),
    context,
    cacheMaxBytes: caching ? 10_485_760 : 0,
  });
  const store = state.stores.get('counts') as TimestampedKeyValueStore<string, number>; // as defined above
  const json = state.stores.get('rows') as TimestampedKeyValueStore<string, object>; // as defined above
  const windowed = state.stores.get('windows') as TimestampedWindowStore<string, number>; // as defined above
  const hot = Array.from({ length: HOT_KEYS }, (_, at) => `user-${at}`);
  const cold = Array.from({ length: ROUNDS }, (_, at) => `cold-user-${at}`);
  const add = (key: string): void => {
    const count = store.get(key);
    store.put(key, { value: (count?.value ?? 0) + 1, timestamp: 1 });
  };
  for (const key of hot) add(key);
  await commit(state);
  time('count on a hot key (get + put)', ROUNDS * 5, (at) => {
    add(hot[(at * 7) % HOT_KEYS]!);
  });
  await commit(state);
  time('get hot', ROUNDS * 5, (at) => store.get(hot[(at * 7) % HOT_KEYS]!));
  const total = { total_amount_usd: 12, sales: 3 };
  time('json get + put hot', ROUNDS, (at) => {
    json.get(hot[at % HOT_KEYS]!);
    json.put(hot[at % HOT_KEYS]!, { value: total, timestamp: 1 });
  });
  time('window get + put hot', ROUNDS * 5, (at) => {
    const key = hot[(at * 7) % HOT_KEYS]!;
    const start = 60_000 * (1 + (at >>> 18));
    const count = windowed.fetch(key, start);
    windowed.put(key, { value: (count?.value ?? 0) + 1, timestamp: start }, start);
  });
  await commit(state);
  time('get + put of a key that is not there', ROUNDS, (at) => {
    add(cold[at]!);
  });
  await timeCommit('commit per entry', ROUNDS, state);
  time('get from the database', ROUNDS, (at) => store.get(cold[(at * 7919) % ROUNDS]!));
  for (let round = 0; round < 20; round++) {
    for (const key of hot) add(key);
    await commit(state);
  }
  for (const key of hot) add(key);
  await timeCommit(`commit of ${HOT_KEYS} hot keys, per entry`, HOT_KEYS, state);
  const startMs = cpuMs();
  let scanned = 0;
  for await (const row of store.all()) scanned += row.length / 2;
  report(`scan, per row`, scanned, startMs);
  await state.close();
}

async function benchMemory(): Promise<void> {
  globalThis.gc?.();
  const before = process.memoryUsage();
  const state = await openTaskState({
    directory: join(directory, 'memory'),
    definitions: [counts],
    context,
    cacheMaxBytes: 10_485_760,
  });
  const store = state.stores.get('counts') as TimestampedKeyValueStore<string, number>; // as defined above
  for (let at = 0; at < 500_000; at++) {
    store.put(`user-${(at * 7919) % 200_000}`, { value: at, timestamp: 1 });
    if (at % 5_000 === 0) await commit(state);
  }
  await commit(state);
  globalThis.gc?.();
  const after = process.memoryUsage();
  const mb = (field: 'rss' | 'heapUsed' | 'arrayBuffers'): string =>
    `${field} ${((after[field] - before[field]) / 1e6).toFixed(0)} MB`;
  console.log(`-- 10 MB of clean entries: ${mb('rss')}, ${mb('heapUsed')}, ${mb('arrayBuffers')}`);
  await state.close();
}

async function commit(state: TaskState): Promise<void> {
  while (state.flushCaches(1_000) > 0);
  state.freeze();
  await state.apply(NO_POSITIONS);
}

async function timeCommit(name: string, entries: number, state: TaskState): Promise<void> {
  const startMs = cpuMs();
  await commit(state);
  report(name, entries, startMs);
}

function time(name: string, rounds: number, run: (at: number) => unknown): void {
  for (let at = 0; at < rounds / 10; at++) run(at);
  const startMs = cpuMs();
  for (let at = 0; at < rounds; at++) run(at);
  report(name, rounds, startMs);
}

/** CPU rather than wall clock, so that a busy machine gives the same figures. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function report(name: string, rounds: number, startMs: number): void {
  const nanoseconds = ((cpuMs() - startMs) * 1e6) / rounds;
  console.log(`${name.padEnd(44)} ${nanoseconds.toFixed(0).padStart(7)} ns`);
}
