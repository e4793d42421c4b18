import { deepEqual, equal } from 'node:assert/strict';
import { NO_END } from '../../../serde/primitives.js';
import type { JoinWindowStore, WindowStoreDefinition } from '../../../state/store.js';
import { seededRandom } from '../../../util/random.js';
import type { ContractCase } from './contract-case.js';
import { OpenedState, collect, windowDefinition } from './store-world.js';
import type { StoreWorld } from './store-world.js';
import { restoreRecord } from './restore-record.js';

type Store = JoinWindowStore<string, string>;

/** One put, as the naive model keeps it. */
interface Put {
  readonly key: string;
  readonly value: string;
  readonly time: number;
}

const RETENTION_MS = 100_000;
const KEYS = ['a', 'ab', 'b', ''];

/** What stores that retain duplicates do: they keep every put, and find those of a key and time range at once. */
export function joinWindowCases(world: StoreWorld): ContractCase[] {
  const definition = windowDefinition(world, { retainDuplicates: true, retentionMs: RETENTION_MS });
  const open = (): Promise<OpenedState> => OpenedState.open(world, [definition]);
  return [
    {
      name: 'puts of one key and time are all kept, in their order',
      async run() {
        const opened = await open();
        const store = storeOf(opened);
        for (const value of ['1', '2', '2']) store.put('a', value, 5);
        store.put('a', 'later', 6);
        store.put('a', 'earlier', 4);
        store.put('a', null, 5);
        for (const settle of [false, true]) {
          if (settle) await opened.commit();
          deepEqual(found(store, 'a', 5, 6), ['5=1', '5=2', '5=2', '6=later']);
          equal(store.matches('b', 0, 10).count, 0);
        }
        equal(opened.context.logged.length, 6);
        await opened.state.close();
      },
    },
    {
      name: 'a key may have any number of entries, of any length',
      async run() {
        const opened = await open();
        const store = storeOf(opened);
        const long = 'x'.repeat(10_000);
        for (let time = 0; time < 1_000; time++) store.put('a', time === 500 ? long : `value ${time}`, time);
        await opened.commit();
        store.put('a', 'last', 1_000);
        deepEqual(found(store, 'a', 499, 501), ['499=value 499', `500=${long}`, '501=value 501']);
        equal(store.matches('a', 0, 1_000).count, 1_001);
        await opened.state.close();
      },
    },
    {
      name: 'what a join found stays as it was, whatever is put or aborted afterwards',
      async run() {
        const opened = await open();
        const store = storeOf(opened);
        store.put('a', 'committed', 1);
        await opened.commit();
        store.put('a', 'kept', 2);
        const matches = store.matches('a', 0, 9);
        opened.state.abort();
        store.put('a', 'other', 3);
        deepEqual([matches.valueAt(0), matches.valueAt(1)], ['committed', 'kept']);
        deepEqual(found(store, 'a', 0, 9), ['1=committed', '3=other']);
        await opened.state.close();
      },
    },
    {
      name: 'backwards, the last put of the latest time comes first',
      async run() {
        const opened = await open();
        const store = storeOf(opened);
        for (const [value, time] of [['1', 5], ['2', 5], ['3', 6], ['4', 4]] as const) store.put('a', value, time); // prettier-ignore
        const values = (await collect(store.backwardFetchRange('a', 5, 6))).map(({ value }) => value);
        deepEqual(values, ['3', '2', '1']);
        await opened.state.close();
      },
    },
    {
      name: 'a window alone is the last put of all, if it is of this key and time',
      async run() {
        const opened = await open();
        const store = storeOf(opened);
        equal(store.fetch('a', 5), undefined);
        for (const value of ['1', '2']) store.put('a', value, 5);
        deepEqual([store.fetch('a', 5), store.fetch('a', 6), store.fetch('b', 5)], ['2', undefined, undefined]);
        store.put('b', '3', 5);
        deepEqual([store.fetch('a', 5), store.fetch('b', 5)], [undefined, '3']);
        await opened.state.close();
      },
    },
    {
      name: 'what came too late is not restored, but numbering goes on behind it',
      async run() {
        const original = await open();
        for (const [value, time] of [['1', 500_000], ['late', 10]] as const) storeOf(original).put('a', value, time); // prettier-ignore
        storeOf(original).put('a', null, 500_000);
        const copy = await original.restored(world);
        deepEqual((await collect(storeOf(copy).all())).map(({ value }) => value), ['1']); // prettier-ignore
        storeOf(copy).put('a', '2', 500_000);
        equal(copy.context.logged.at(-1)?.key.readInt32BE(9), 4);
        await copy.state.close();
      },
    },
    {
      name: 'a key may be of any length, and a window may reach beyond the end of time',
      async run() {
        const opened = await open();
        const store = storeOf(opened);
        const key = 'k'.repeat(1_000);
        const last = Number.MAX_SAFE_INTEGER - 5;
        store.put(key, '1', last);
        await opened.commit();
        const entry = { key, startMs: last, endMs: NO_END, value: '1' };
        deepEqual(await collect(store.fetchRange(key, last, last)), [entry]);
        deepEqual(await collect(store.all()), [entry]);
        await opened.state.close();
      },
    },
    ...[1, 2, 3, 4].map((seed) => ({
      name: `any sequence of puts, commits, aborts and restores gives what a list would, seed ${seed}`,
      run: () => compareWithList(world, definition, seed),
    })),
  ];
}

async function compareWithList(world: StoreWorld, definition: WindowStoreDefinition, seed: number): Promise<void> {
  const random = seededRandom(seed);
  const upTo = (limit: number): number => Math.floor(random.next() * limit);
  let opened = await OpenedState.open(world, [definition]);
  let committed: Put[] = [];
  let puts: Put[] = [];
  for (let step = 0; step < 200; step++) {
    const time = step * 300 + upTo(30_000);
    const put = { key: KEYS[upTo(KEYS.length)] ?? '', value: `${step}`.padEnd(upTo(200), '.'), time };
    storeOf(opened).put(put.key, put.value, put.time);
    puts.push(put);
    const what = upTo(40);
    if (what === 0) {
      await opened.commit();
      committed = [...puts];
    } else if (what === 1) {
      opened.state.abort();
      puts = [...committed];
    } else if (what === 2) {
      await opened.commit();
      committed = [...puts];
      opened = await restoredFrom(world, opened);
    }
    await compare(storeOf(opened), puts, time - upTo(60_000), time + upTo(10_000));
  }
  await opened.state.close();
}

/** A new state, filled from the changelog of another. Records of aborted puts are not in it, as under read_committed. */
async function restoredFrom(world: StoreWorld, from: OpenedState): Promise<OpenedState> {
  const before = await collect(storeOf(from).all());
  const fresh = await OpenedState.open(world, from.definitions);
  const restorer = fresh.state.restorer('store');
  const kept = new Set(before.map(({ key, startMs, value }) => `${key}@${startMs}=${value}`));
  for (const { key, value, timestamp, headers } of from.context.logged) {
    const text = `${key.toString('utf8', 0, key.length - 12)}@${Number(key.readBigInt64BE(key.length - 12))}=${value?.toString() ?? ''}`;
    if (kept.has(text)) restoreRecord(restorer, { key, value, timestamp, headers });
    fresh.context.logged.push({ store: 'store', key, value, timestamp, headers });
  }
  await restorer.flush({ topicId: 't', leaderEpoch: 0, offset: 1 });
  await from.state.close();
  return fresh;
}

async function compare(store: Store, puts: readonly Put[], from: number, to: number): Promise<void> {
  const oldest = store.observedTimeMs - RETENTION_MS + 1;
  for (const key of KEYS) {
    const expected = puts
      .filter((put) => put.key === key && put.time >= Math.max(from, oldest) && put.time <= to)
      .sort((left, right) => left.time - right.time)
      .map(({ time, value }) => `${time}=${value}`);
    deepEqual(found(store, key, from, to), expected);
    const scanned = await collect(store.fetchRange(key, from, to));
    deepEqual(
      scanned.map(({ startMs, value }) => `${startMs}=${value}`),
      expected,
    );
  }
}

function storeOf(opened: OpenedState): Store {
  return opened.window('store') as Store; // the definition retains duplicates
}

function found(store: Store, key: string, from: number, to: number): string[] {
  const matches = store.matches(key, from, to);
  return Array.from({ length: matches.count }, (_, i) => `${matches.timeAt(i)}=${matches.valueAt(i)}`);
}
