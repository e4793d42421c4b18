import { deepEqual, equal } from 'node:assert/strict';
import type { IndexedWindowStore, ValueAndTimestamp, WindowEntry, WindowStore } from '../../../state/store.js';
import type { ContractCase } from './contract-case.js';
import { OpenedState, collect, windowDefinition } from './store-world.js';
import type { StoreWorld } from './store-world.js';

type Entries = AsyncIterable<WindowEntry<string, string>>;

const shown = async (scan: Entries): Promise<string[]> =>
  (await collect(scan)).map(({ key, startMs, endMs, value }) => `${key}@${startMs}-${endMs}=${value}`);

/** What every window store does. Retention is 100 s, so segments on disk are of 60 s. */
export function windowCases(world: StoreWorld): ContractCase[] {
  const inMemory = world.storage === 'memory';
  const withStore = async (
    more: Parameters<typeof windowDefinition>[1],
    check: (opened: OpenedState, store: WindowStore<string, string>) => Promise<void>,
  ): Promise<void> => {
    const opened = await OpenedState.open(world, [windowDefinition(world, more)]);
    await check(opened, opened.window());
    await opened.state.close();
  };
  return [
    {
      name: 'a window is found by key and exact start, before and after a commit',
      run: () =>
        withStore({}, async (opened, store) => {
          store.put('a', '1', 10);
          store.put('a', '2', 20);
          store.put('ab', '3', 10);
          for (const settle of [false, true]) {
            if (settle) await opened.commit();
            deepEqual([store.fetch('a', 10), store.fetch('a', 20), store.fetch('ab', 10)], ['1', '2', '3']);
            deepEqual([store.fetch('a', 11), store.fetch('b', 10)], [undefined, undefined]);
          }
          store.put('a', null, 10);
          equal(store.fetch('a', 10), undefined);
          await opened.commit();
          equal(store.fetch('a', 10), undefined);
        }),
    },
    {
      name: 'windows of a key come by start, over segments, both ways, with both ends included',
      run: () =>
        withStore({}, async (opened, store) => {
          for (const start of [70_000, 10, 59_999, 60_000]) store.put('a', String(start), start);
          await opened.commit();
          store.put('a', 'new', 60_000);
          store.put('ab', 'x', 60_000);
          store.put('a', 'last', 90_000);
          deepEqual(await shown(store.fetchRange('a', 10, 70_000)), [
            'a@10-20=10',
            'a@59999-60009=59999',
            'a@60000-60010=new',
            'a@70000-70010=70000',
          ]);
          deepEqual(await shown(store.backwardFetchRange('a', 11, 60_000)), [
            'a@60000-60010=new',
            'a@59999-60009=59999',
          ]);
          deepEqual(await shown(store.fetchRange('a', 70_001, 1_000_000)), ['a@90000-90010=last']);
          deepEqual(await shown(store.fetchRange('a', 20, 10)), []);
        }),
    },
    {
      name: 'windows of all keys come by segment, key and start on disk, by start and key in memory',
      run: () =>
        withStore({}, async (opened, store) => {
          for (const [key, start] of [
            ['b', 10],
            ['a', 20],
            ['a', 70_000],
            ['b', 60_000],
          ] as const) {
            store.put(key, 'x', start);
          }
          await opened.commit();
          store.put('c', 'x', 10);
          const order = inMemory
            ? ['b@10', 'c@10', 'a@20', 'b@60000', 'a@70000']
            : ['a@20', 'b@10', 'c@10', 'a@70000', 'b@60000'];
          const starts = async (scan: Entries): Promise<string[]> =>
            (await collect(scan)).map(({ key, startMs }) => `${key}@${startMs}`);
          deepEqual(await starts(store.all()), order);
          deepEqual(await starts(store.fetchAll(11, 60_000)), ['a@20', 'b@60000']);
        }),
    },
    {
      name: 'a read skips what starts at or before observed time - retention',
      run: () =>
        withStore({}, async (opened, store) => {
          for (const start of [0, 1, 2]) store.put('a', String(start), start);
          store.put('b', 'x', 100_001);
          equal(store.observedTimeMs, 100_001);
          for (const settle of [false, true]) {
            if (settle) await opened.commit();
            deepEqual([store.fetch('a', 0), store.fetch('a', 1), store.fetch('a', 2)], [undefined, undefined, '2']);
            deepEqual(await shown(store.fetchRange('a', 0, 10)), ['a@2-12=2']);
            deepEqual(await shown(store.fetchAll(0, 10)), ['a@2-12=2']);
          }
        }),
    },
    {
      name: 'an expired put is dropped and counted, in memory exactly, on disk by whole segments; it is logged all the same',
      run: () =>
        withStore({}, async (opened, store) => {
          store.put('b', 'x', 161_000);
          store.put('a', '1', 61_000); // exactly expired, in the segment that is still alive: 60,000 to 119,999
          equal(opened.context.expired, inMemory ? 1 : 0);
          store.put('a', '1', 59_999);
          equal(opened.context.expired, inMemory ? 2 : 1);
          equal(opened.context.logged.length, 3);
          deepEqual(await shown(store.fetchRange('a', 0, 200_000)), []);
        }),
    },
    {
      name: 'deletion of what has expired is not seen by anybody',
      run: () =>
        withStore({}, async (opened, store) => {
          for (let start = 0; start <= 300_000; start += 10_000) store.put('a', String(start), start);
          await opened.commit();
          const before = await shown(store.all());
          await opened.state.deleteExpired();
          deepEqual(await shown(store.all()), before);
          equal(before.length, 10);
        }),
    },
    {
      name: 'deletion leaves what the record cache of Kafka Streams would hold still, until as much has followed as it remembers',
      run: async () => {
        const opened = await OpenedState.open(world, [windowDefinition(world, { caching: true })], 1_000_000);
        const store = opened.window<string, string>();
        const commit = async (key: string, start: number): Promise<void> => {
          store.put(key, 'x', start);
          await opened.commit();
          await opened.state.deleteExpired();
        };
        await commit('a', 0);
        await commit('b', 500_000);
        deepEqual(await shown(store.all()), ['a@0-10=x', 'b@500000-500010=x']);
        for (let next = 0; next < 8_200; next++) store.put(`c${next}`, 'x', 500_000);
        await commit('d', 500_000);
        deepEqual(await shown(store.fetchAll(0, 499_999)), []);
        await opened.state.close();
      },
    },
    {
      name: 'the observed time is aborted with the state',
      run: () =>
        withStore({}, async (opened, store) => {
          store.put('a', '1', 10);
          await opened.commit();
          store.put('a', '2', 200_000);
          equal(store.fetch('a', 10), undefined);
          opened.state.abort();
          equal(store.observedTimeMs, 10);
          equal(store.fetch('a', 10), '1');
        }),
    },
    {
      name: 'a store that retains duplicates keeps every put, in order, and logs each under a number of its own',
      run: () =>
        withStore({ retainDuplicates: true }, async (opened, store) => {
          store.put('a', '1', 10);
          store.put('a', '1', 10);
          await opened.commit();
          store.put('a', null, 10);
          store.put('a', '2', 10);
          deepEqual(await shown(store.fetchRange('a', 0, 20)), ['a@10-20=1', 'a@10-20=1', 'a@10-20=2']);
          deepEqual(
            opened.context.logged.map(({ key, value }) => [key.toString('hex'), value && String(value)]),
            [
              ['61000000000000000a00000001', '1'],
              ['61000000000000000a00000002', '1'],
              ['61000000000000000a00000003', null],
              ['61000000000000000a00000004', '2'],
            ],
          );
        }),
    },
    {
      name: 'an indexed store gives the windows of a key newest first, without a scan, and keeps them through commit and abort',
      run: () =>
        withStore({ indexed: true }, async (opened, store) => {
          const indexed = store as IndexedWindowStore<string, string>;
          const starts = (from: number, to: number): number[] =>
            [...indexed.windowsOf('a', from, to)].map(({ startMs }) => startMs);
          for (const start of [70_000, 10, 59_999]) store.put('a', 'x', start);
          await opened.commit();
          store.put('ab', 'x', 60_000);
          store.put('a', 'x', 60_000);
          store.put('a', null, 10);
          deepEqual(starts(0, 100_000), [70_000, 60_000, 59_999]);
          deepEqual(starts(60_000, 69_999), [60_000]);
          opened.state.abort();
          deepEqual(starts(0, 100_000), [70_000, 59_999, 10]);
          store.put('a', 'x', 100_010);
          await opened.commit();
          await opened.state.deleteExpired();
          deepEqual(starts(0, 200_000), [100_010, 70_000, 59_999]);
        }),
    },
    {
      name: 'a store by time gives windows of all keys by start, then key, and those of a key',
      run: () =>
        withStore({ timeOrdered: true }, async (opened, store) => {
          for (const [key, start] of [['b', 10], ['a', 70_000], ['c', 20]] as const) store.put(key, 'x', start); // prettier-ignore
          await opened.commit();
          for (const [key, start] of [['a', 10], ['b', 60_000], ['a', 20]] as const) store.put(key, 'x', start); // prettier-ignore
          const shownStarts = async (scan: Entries): Promise<string[]> =>
            (await collect(scan)).map(({ key, startMs }) => `${key}@${startMs}`);
          deepEqual(await shownStarts(store.fetchAll(10, 60_000)), ['a@10', 'b@10', 'a@20', 'c@20', 'b@60000']);
          deepEqual(await shownStarts(store.fetchRange('a', 11, 70_000)), ['a@20', 'a@70000']);
          deepEqual(await shownStarts(store.backwardFetchRange('a', 0, 70_000)), ['a@70000', 'a@20', 'a@10']);
        }),
    },
    {
      name: 'a timestamped store keeps the timestamp with the value, and logs the plain value with it',
      run: async () => {
        const opened = await OpenedState.open(world, [windowDefinition(world, { timestamped: true })]);
        const store = opened.window<string, ValueAndTimestamp<string>>();
        opened.context.at(9);
        store.put('a', { value: '1', timestamp: 15 }, 10);
        store.put('b', null, 10);
        await opened.commit();
        deepEqual(store.fetch('a', 10), { value: '1', timestamp: 15 });
        deepEqual(
          opened.context.logged.map(({ key, value, timestamp }) => [key.toString('hex'), String(value), timestamp]),
          [
            ['61000000000000000a00000000', '1', 15],
            ['62000000000000000a00000000', 'null', 9],
          ],
        );
        await opened.state.close();
      },
    },
  ];
}
