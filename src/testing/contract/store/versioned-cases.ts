import { deepEqual, equal } from 'node:assert/strict';
import {
  NOT_PUT,
  VALID_TO_UNDEFINED,
  type VersionedKeyValueStore,
  type VersionedRecord,
  type VersionedStoreDefinition,
} from '../../../state/store.js';
import { seededRandom } from '../../../util/random.js';
import type { ContractCase } from './contract-case.js';
import { OpenedState, versionedDefinition } from './store-world.js';
import type { StoreWorld } from './store-world.js';

type Store = VersionedKeyValueStore<string, string>;

const RETENTION_MS = 100_000;
const KEYS = ['a', 'ab', 'b', ''];

/** What versioned stores do (KIP-889): every put takes its place in time, and reads tell what was valid when. */
export function versionedCases(world: StoreWorld): ContractCase[] {
  const definition = versionedDefinition(world);
  const open = (): Promise<OpenedState> => OpenedState.open(world, [definition]);
  return [
    {
      name: 'a put takes its place among the versions of its key and tells when it ends',
      async run() {
        const opened = await open();
        const store = opened.versioned<string, string>();
        equal(store.put('a', '10', 10), VALID_TO_UNDEFINED);
        equal(store.put('a', '30', 30), VALID_TO_UNDEFINED);
        equal(store.put('a', '20', 20), 30);
        equal(store.put('a', '5', 5), 10);
        equal(store.put('a', '20 again', 20), 30);
        for (const settle of [false, true]) {
          if (settle) await opened.commit();
          deepEqual(shown(store), ['5-10=5', '10-20=10', '20-30=20 again', '30-=30']);
          deepEqual([4, 5, 19, 29, 30, 99].map((time) => store.get('a', time)?.value), [undefined, '5', '10', '20 again', '30', '30']); // prettier-ignore
          deepEqual([store.get('a')?.value, store.get('b')], ['30', undefined]);
        }
        await opened.state.close();
      },
    },
    {
      name: 'a deletion has its place in time too: older puts end at it',
      async run() {
        const opened = await open();
        const store = opened.versioned<string, string>();
        equal(store.put('a', null, 20), VALID_TO_UNDEFINED);
        equal(store.put('a', '10', 10), 20);
        equal(store.put('a', '30', 30), VALID_TO_UNDEFINED);
        equal(store.delete('a', 40)?.value, '30');
        equal(store.delete('a', 15)?.value, '10');
        equal(store.put('a', '35', 35), 40);
        deepEqual(shown(store), ['10-15=10', '30-35=30', '35-40=35']);
        deepEqual([store.get('a'), store.get('a', 17), store.get('a', 25)], [undefined, undefined, undefined]);
        await opened.state.close();
      },
    },
    {
      name: 'a deletion at the very time of a version that no other one ends at is forgotten, as in Kafka Streams',
      async run() {
        const opened = await open();
        const store = opened.versioned<string, string>();
        store.put('a', '10', 10);
        store.put('a', null, 10);
        equal(store.put('a', '5', 5), VALID_TO_UNDEFINED);
        store.put('a', '20', 20);
        store.put('a', null, 20);
        equal(store.put('a', '15', 15), 20);
        await opened.state.close();
      },
    },
    {
      name: 'what is older than the retention is neither put nor told, except the latest version',
      async run() {
        const opened = await open();
        const store = opened.versioned<string, string>();
        store.put('old', 'latest', 1_000);
        store.put('a', '2', 2_000);
        store.put('a', '150', 150_000);
        store.put('a', '180', 180_000);
        equal(store.put('a', 'late', 79_999), NOT_PUT);
        equal(store.put('a', '80', 80_000), 150_000);
        equal(opened.context.expired, 1);
        equal(opened.context.logged.length, 6);
        deepEqual([store.get('a', 79_999), store.get('a', 80_000)?.value], [undefined, '80']);
        equal(store.get('old', 2_000)?.value, 'latest');
        store.put('a', '200', 200_000);
        await opened.commit();
        await opened.state.deleteExpired();
        deepEqual(shown(store), ['80000-150000=80', '150000-180000=150', '180000-200000=180', '200000-=200']);
        equal(store.get('old')?.value, 'latest');
        await opened.state.close();
      },
    },
    {
      name: 'a key may have any number of versions, of any length, and each is found by its time',
      async run() {
        const opened = await open();
        const store = opened.versioned<string, string>();
        const valueAt = (time: number): string => (time === 500 ? 'x'.repeat(10_000) : `value ${time}`);
        for (let time = 0; time < 3_000; time += 2) store.put('a', valueAt(time), time);
        await opened.commit();
        for (let time = 1; time < 3_000; time += 2) store.put('a', valueAt(time), time);
        await opened.commit();
        for (let time = 0; time < 3_000; time += 7) equal(store.get('a', time)?.value, valueAt(time));
        equal([...store.versions('a', 0, 5_000)].length, 3_000);
        deepEqual([...store.versions('a', 499, 500)].map(({ timestamp }) => timestamp), [499, 500]); // prettier-ignore
        await opened.state.close();
      },
    },
    {
      name: 'a deletion that is repeated changes nothing',
      async run() {
        const opened = await open();
        const store = opened.versioned<string, string>();
        store.put('a', '10', 10);
        for (let times = 0; times < 2; times++) equal(store.put('a', null, 20), VALID_TO_UNDEFINED);
        deepEqual(shown(store), ['10-20=10']);
        equal(store.put('a', '15', 15), 20);
        await opened.state.close();
      },
    },
    {
      name: 'of a time before the retention nothing but the latest version is told, if it was valid then',
      async run() {
        const opened = await open();
        const store = opened.versioned<string, string>();
        for (const time of [10, 20]) store.put('a', String(time), time);
        store.put('b', 'later', 500_000);
        deepEqual([...store.versions('a', 0, 30)].map(text), ['20-=20']);
        deepEqual([...store.versions('a', 0, 15)], []);
        await opened.state.close();
      },
    },
    {
      name: 'a key may be of any length',
      async run() {
        const opened = await open();
        const store = opened.versioned<string, string>();
        const key = 'k'.repeat(1_000);
        for (const time of [10, 20]) store.put(key, String(time), time);
        await opened.commit();
        deepEqual([store.get(key, 15)?.value, store.get(key)?.value], ['10', '20']);
        await opened.state.close();
      },
    },
    {
      name: 'the versions of a key are those at the call, whatever is put afterwards',
      async run() {
        const opened = await open();
        const store = opened.versioned<string, string>();
        store.put('a', '1', 1);
        store.put('a', '2', 2);
        const versions = store.versions('a', 0, 9);
        store.put('a', '3', 3);
        deepEqual([...versions].map(text), ['1-2=1', '2-=2']);
        await opened.state.close();
      },
    },
    ...[1, 2, 3, 4].map((seed) => ({
      name: `any sequence of puts, commits, aborts and restores gives what a list would, seed ${seed}`,
      run: () => compareWithList(world, definition, seed),
    })),
  ];
}

/** The history of the keys, by key and time; null is a deletion. */
type History = ReadonlyMap<string, ReadonlyMap<number, string | null>>;

async function compareWithList(world: StoreWorld, definition: VersionedStoreDefinition, seed: number): Promise<void> {
  const random = seededRandom(seed);
  const upTo = (limit: number): number => Math.floor(random.next() * limit);
  let opened = await OpenedState.open(world, [definition]);
  let committed: History = new Map();
  let history: History = new Map();
  let loggedWithCommit = 0;
  for (let step = 0; step < 200; step++) {
    const store = opened.versioned<string, string>();
    const key = KEYS[upTo(KEYS.length)] ?? '';
    // Times of odd steps are odd, so that no deletion meets the version of its time.
    const time = step * 600 + 2 * upTo(30_000) + (step % 2);
    const value = step % 2 === 1 ? null : `${step}`.padEnd(upTo(200), '.');
    store.put(key, value, time);
    history = new Map(history).set(key, new Map(history.get(key)).set(time, value));
    const what = upTo(30);
    if (what <= 1) {
      await opened.commit();
      committed = history;
      loggedWithCommit = opened.context.logged.length;
      if (what === 1) await opened.state.deleteExpired();
    } else if (what === 2) {
      opened.state.abort();
      history = committed;
      opened.context.logged.length = loggedWithCommit; // as under read_committed
    } else if (what === 3) {
      await opened.commit();
      committed = history;
      loggedWithCommit = opened.context.logged.length;
      opened = await opened.restored(world);
    }
    compare(opened.versioned(), history, key, time - 60_000 + upTo(70_000));
  }
  await opened.state.close();
}

function compare(store: Store, history: History, key: string, asOfMs: number): void {
  const versions = [...(history.get(key) ?? [])].sort(([left], [right]) => left - right);
  equal(store.get(key)?.value, versions.at(-1)?.[1] ?? undefined);
  const oldestMs = store.observedTimeMs - RETENTION_MS;
  const ended = versions.slice(0, -1).findLast(([time]) => time <= asOfMs)?.[1] ?? undefined;
  const latest = versions.at(-1);
  const isLatest = latest !== undefined && latest[0] <= asOfMs;
  equal(store.get(key, asOfMs)?.value, isLatest ? (latest[1] ?? undefined) : asOfMs < oldestMs ? undefined : ended);
  const listed = [...store.versions(key, oldestMs, Infinity)].map(text);
  const ends = (at: number): number | undefined => versions[at + 1]?.[0];
  const expected = versions.flatMap(([timestamp, value], at) =>
    value === null || (ends(at) ?? Infinity) <= oldestMs ? [] : [text({ value, timestamp, validTo: ends(at) })],
  );
  deepEqual(listed, expected);
}

function shown(store: Store): string[] {
  return [...store.versions('a', 0, Infinity)].map(text);
}

function text({ timestamp, validTo, value }: VersionedRecord<string>): string {
  return `${timestamp}-${validTo ?? ''}=${value}`;
}
