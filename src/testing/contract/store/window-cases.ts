import { deepEqual, equal, throws } from 'node:assert/strict';
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
  const withCache: typeof withStore = async (more, check) => {
    const opened = await OpenedState.open(world, [windowDefinition(world, { caching: true, ...more })], 1_000_000);
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
      name: 'only an indexed store gives the windows of a key without a scan',
      run: () =>
        withStore({}, (_opened, store) => {
          const windows = (store as IndexedWindowStore<string, string>).windowsOf('a', 0, 10);
          throws(() => [...windows], { code: 'STORE_NOT_INDEXED' });
          return Promise.resolve();
        }),
    },
    {
      name: 'a restore finds the windows of a key again, without those that were deleted or came too late',
      run: async () => {
        const original = await OpenedState.open(world, [windowDefinition(world, { indexed: true })]);
        for (const start of [450_000, 460_000, 500_000, 20]) original.window<string, string>().put('a', 'x', start);
        original.window<string, string>().put('a', null, 460_000);
        const copy = await original.restored(world);
        const store = copy.window() as IndexedWindowStore<string, string>; // as defined
        deepEqual([...store.windowsOf('a', 0, 600_000)].map(({ startMs }) => startMs), [500_000, 450_000]); // prettier-ignore
        deepEqual(await shown(store.all()), ['a@450000-450010=x', 'a@500000-500010=x']);
        equal(store.observedTimeMs, 500_000);
        await copy.state.close();
      },
    },
    {
      name: 'a window that is deleted in the record cache is none of its key’s any more, before it is flushed',
      run: () =>
        withCache({ indexed: true }, async (opened, store) => {
          for (const start of [10, 20]) store.put('a', 'x', start);
          await opened.commit();
          store.put('a', null, 10);
          const windows = (store as IndexedWindowStore<string, string>).windowsOf('a', 0, 100);
          deepEqual([...windows].map(({ startMs }) => startMs), [20]); // prettier-ignore
        }),
    },
    {
      name: 'an abort takes back how far the windows had come: those that were left behind are found again',
      run: () =>
        withCache({ indexed: true }, async (opened, store) => {
          store.put('a', 'x', 10);
          await opened.commit();
          store.put('a', 'aborted', 500_000);
          opened.state.abort();
          const windows = (store as IndexedWindowStore<string, string>).windowsOf('a', 0, 100);
          deepEqual([...windows].map(({ startMs }) => startMs), [10]); // prettier-ignore
        }),
    },
    {
      name: 'a scan of a range leaves out what the record cache holds beside it',
      run: () =>
        withCache({}, async (_opened, store) => {
          for (const start of [10, 200_000]) store.put('a', 'x', start);
          deepEqual(await shown(store.fetchRange('a', 0, 100)), ['a@10-20=x']);
          deepEqual(await shown(store.backwardFetchRange('a', 100, 200_000)), ['a@200000-200010=x']);
        }),
    },
    {
      name: 'an expired window that leaves the record cache is refused, and told and logged all the same',
      run: () =>
        withCache({}, async (opened, store) => {
          const told: unknown[] = [];
          opened.state.onFlush('store', (_key, value) => told.push(value));
          store.put('b', 'later', 500_000);
          store.put('a', 'late', 10);
          opened.state.flushCaches(1);
          equal(store.fetch('a', 10), 'late');
          await opened.commit();
          deepEqual([store.fetch('a', 10), opened.context.expired], [undefined, 1]);
          deepEqual(told, ['later', 'late']);
          deepEqual(opened.context.logged.map(({ value }) => String(value)), told); // prettier-ignore
        }),
    },
    {
      name: 'a key may be of any length',
      run: () =>
        withStore({}, async (opened, store) => {
          const keys = [64, 65, 256, 1_000].map((length) => 'k'.repeat(length));
          for (const key of keys) store.put(key, String(key.length), 10);
          await opened.commit();
          deepEqual(keys.map((key) => store.fetch(key, 10)), ['64', '65', '256', '1000']); // prettier-ignore
        }),
    },
    {
      name: 'a timestamped store that retains duplicates keeps every put too, also through a restore',
      run: async () => {
        type Store = WindowStore<string, ValueAndTimestamp<string>>;
        const definition = windowDefinition(world, { retainDuplicates: true, timestamped: true });
        const opened = await OpenedState.open(world, [definition]);
        const valuesIn = async (store: Store): Promise<string[]> =>
          (await collect(store.fetchRange('a', 0, 20))).map(({ value }) => value.value);
        for (const value of ['1', '1', null, '2']) {
          opened.window().put('a', value === null ? null : { value, timestamp: 7 }, 10);
        }
        deepEqual(await valuesIn(opened.window()), ['1', '1', '2']);
        deepEqual(opened.window().fetch('a', 10), { value: '2', timestamp: 7 });
        const copy = await opened.restored(world);
        copy.window().put('a', { value: '3', timestamp: 7 }, 10);
        deepEqual(await valuesIn(copy.window()), ['1', '1', '2', '3']);
        equal(copy.context.logged.at(-1)?.key.readInt32BE(9), 5);
        await copy.state.close();
      },
    },
    ...[false, true].map((timestamped): ContractCase => ({
      name: `where duplicates are retained, null moves the observed time in memory alone (timestamped: ${timestamped})`,
      run: () =>
        withStore({ retainDuplicates: true, timestamped }, (opened, store) => {
          store.put('a', null, 200_000);
          equal(store.observedTimeMs, inMemory ? 200_000 : -1);
          store.put('a', null, 10);
          equal(opened.context.expired, inMemory ? 1 : 0);
          equal(opened.context.logged.length, 2);
          return Promise.resolve();
        }),
    })),
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
