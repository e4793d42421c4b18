/*
 * What a stream-stream join pays for its store, in microseconds of CPU: `node dist/bench/micro/joins.js [FOLDER]`. A key has
 * 10, 1,000 or 10,000 entries on LevelDB, committed; a record finds all of them, or the ten nearest, and one is put.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { string } from '../../src/serde/primitives.js';
import { openTaskState } from '../../src/state/open-task-state.js';
import type { JoinWindowStore, StoreContext, WindowStoreDefinition } from '../../src/state/store.js';

const EMITTED = 200_000;
const RECORDS = 20_000;
const VALUE = 'a value of some forty characters, as read';
const NO_POSITIONS = { changelogs: new Map(), inputs: new Map() };

const directory = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'millrace-bench-'));
const context: StoreContext = {
  taskId: '0_0',
  recordContext: () => undefined,
  changelog: () => ({ log: () => undefined }),
  onExpired: () => undefined,
};
const side: WindowStoreDefinition = {
  kind: 'window',
  name: 'side',
  keySerde: string(),
  valueSerde: string(),
  storage: 'leveldb',
  caching: false,
  logging: { topicConfig: {} },
  timestamped: false,
  retentionMs: 3_600_000,
  windowSizeMs: 60_000,
  retainDuplicates: true,
};

for (const entries of [10, 1_000, 10_000]) await bench(entries);
rmSync(directory, { recursive: true });

async function bench(entries: number): Promise<void> {
  const folder = join(directory, String(entries));
  const state = await openTaskState({ directory: folder, definitions: [side], context, cacheMaxBytes: 0 });
  const store = state.stores.get('side') as JoinWindowStore<string, string>; // as defined above
  for (let time = 0; time < entries; time++) store.put('key', VALUE, time);
  state.freeze();
  await state.apply(NO_POSITIONS);
  const emitted = microseconds(EMITTED, () => {
    let length = 0;
    for (let done = 0; done < EMITTED; done += entries) length += readAll(store, 0, entries);
    return length;
  });
  const near = microseconds(RECORDS, () => {
    let length = 0;
    for (let i = 0; i < RECORDS; i++) length += readAll(store, entries - 10, entries);
    return length;
  });
  const put = microseconds(RECORDS, () => {
    for (let i = 0; i < RECORDS; i++) store.put('key', VALUE, entries + i);
    return RECORDS;
  });
  const shown = [emitted, near, put].map((time) => time.toFixed(2).padStart(7));
  console.log(
    `${String(entries).padStart(6)} entries: ${shown[0]} us per emitted record, ${shown[1]} per record that finds ten, ${shown[2]} per put`,
  );
  await state.close();
}

function readAll(store: JoinWindowStore<string, string>, from: number, to: number): number {
  const matches = store.matches('key', from, to);
  let length = 0;
  for (let i = 0; i < matches.count; i++) length += matches.valueAt(i).length;
  return length;
}

function microseconds(count: number, work: () => number): number {
  const before = process.cpuUsage();
  if (work() === 0) throw new Error('nothing was found');
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}
