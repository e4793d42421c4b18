import { deepEqual, equal, rejects, throws } from 'node:assert/strict';
import type { ContractCase } from './contract-case.js';
import { OpenedState, collect, keyValueDefinition, windowDefinition } from './store-world.js';
import type { StoreWorld } from './store-world.js';
import { restoreRecord } from './restore-record.js';

const NOTHING = { changelogs: new Map(), inputs: new Map() };

/** How state is committed, aborted, restored and found again. */
export function commitCases(world: StoreWorld): ContractCase[] {
  const open = (): Promise<OpenedState> =>
    OpenedState.open(world, [
      keyValueDefinition(world),
      windowDefinition(world, { name: 'windows', retainDuplicates: true }),
    ]);
  const position = (offset: number) => ({ topicId: 'topic', leaderEpoch: 1, offset });
  return [
    {
      name: 'reads go active, frozen, base; applying keeps what was written since the freeze apart',
      run: async () => {
        const opened = await open();
        const store = opened.keyValue<string, string>();
        store.put('a', '1');
        store.put('b', '1');
        opened.state.freeze();
        store.put('a', '2');
        store.delete('b');
        deepEqual([store.get('a'), store.get('b')], ['2', undefined]);
        await opened.state.apply(NOTHING);
        deepEqual([store.get('a'), store.get('b')], ['2', undefined]);
        opened.state.abort();
        deepEqual([store.get('a'), store.get('b')], ['1', '1']);
        await opened.state.close();
      },
    },
    {
      name: 'an abort drops active and frozen changes and keeps the positions of the last commit',
      run: async () => {
        const opened = await open();
        const store = opened.keyValue<string, string>();
        store.put('a', '1');
        await opened.commit({ changelogs: new Map([['store', position(1)]]), inputs: new Map([['in-0', 5]]) });
        store.put('a', '2');
        opened.state.freeze();
        store.put('c', '3');
        opened.state.abort();
        deepEqual(await collect(store.all()), [['a', '1']]);
        deepEqual(opened.state.changelogPosition('store'), position(1));
        equal(opened.state.inputPosition('in-0'), 5);
        equal(opened.state.inputPosition('in-1'), undefined);
        await opened.state.close();
      },
    },
    {
      name: 'restoring from what was logged gives the same store, with its positions',
      run: async () => {
        const original = await open();
        const windows = original.window<string, string>('windows');
        original.keyValue<string, string>().put('a', '1');
        original.keyValue<string, string>().put('b', '2');
        original.keyValue<string, string>().delete('a');
        for (const start of [10, 10, 70_000]) windows.put('k', 'v', start);
        const copy = await open();
        for (const name of ['store', 'windows']) {
          const restorer = copy.state.restorer(name);
          const records = original.context.logged.filter(({ store }) => store === name);
          for (const record of records) restoreRecord(restorer, record);
          await restorer.flush(position(records.length));
          equal(restorer.bufferedBytes, 0);
        }
        deepEqual(await collect(copy.keyValue().all()), [['b', '2']]);
        deepEqual(await collect(copy.window('windows').all()), await collect(windows.all()));
        equal(copy.window('windows').observedTimeMs, 70_000);
        deepEqual(copy.state.changelogPosition('windows'), position(3));
        copy.window<string, string>('windows').put('k', 'v', 70_000);
        equal(copy.context.logged[0]?.key.readInt32BE(9), 4);
        await original.state.close();
        await copy.state.close();
      },
    },
    {
      name: 'a restored record is seen although its key was read before',
      run: async () => {
        const opened = await open();
        const store = opened.keyValue<string, string>();
        equal(store.get('a'), undefined);
        const restorer = opened.state.restorer('store');
        restoreRecord(restorer, { key: Buffer.from('a'), value: Buffer.from('1') });
        await restorer.flush(position(1));
        equal(store.get('a'), '1');
        await opened.state.close();
      },
    },
    {
      name: 'a wiped store is empty and has no position; others keep theirs',
      run: async () => {
        const opened = await open();
        opened.keyValue<string, string>().put('a', '1');
        opened.window<string, string>('windows').put('k', 'v', 10);
        const changelogs = new Map([
          ['store', position(1)],
          ['windows', position(1)],
        ]);
        await opened.commit({ changelogs, inputs: new Map() });
        await opened.state.wipe('windows');
        deepEqual(await collect(opened.window('windows').all()), []);
        equal(opened.window('windows').observedTimeMs, -1);
        equal(opened.state.changelogPosition('windows'), undefined);
        equal(opened.keyValue().get('a'), '1');
        deepEqual(opened.state.changelogPosition('store'), position(1));
        await opened.state.close();
      },
    },
    {
      name: 'a store with maxEntries drops what was least recently used, and logs that first',
      run: async () => {
        const definition = keyValueDefinition(world, { storage: 'memory', maxEntries: 2 });
        const opened = await OpenedState.open(world, [definition]);
        const store = opened.keyValue<string, string>();
        store.put('a', '1');
        store.put('b', '1');
        await opened.commit();
        store.get('a');
        store.put('c', '1');
        equal(store.get('b'), undefined);
        deepEqual(
          opened.context.logged.slice(2).map(({ key, value }) => [String(key), value && String(value)]),
          [
            ['b', null],
            ['c', '1'],
          ],
        );
        opened.state.abort();
        deepEqual(
          (await collect(store.all())).map(([key]) => key),
          ['a', 'b'],
        );
        store.put('d', '1');
        equal((await collect(store.all())).length, 2);
        await opened.state.close();
      },
    },
    {
      name: 'in a store with maxEntries a deletion makes room',
      run: async () => {
        const definition = keyValueDefinition(world, { storage: 'memory', maxEntries: 2 });
        const opened = await OpenedState.open(world, [definition]);
        const store = opened.keyValue<string, string>();
        for (const [key, value] of [['a', '1'], ['b', '1'], ['a', null], ['c', '1']] as const) store.put(key, value); // prettier-ignore
        deepEqual(await collect(store.all()), [['b', '1'], ['c', '1']]); // prettier-ignore
        await opened.state.close();
      },
    },
    {
      name: 'a store with maxEntries is refused on disk',
      run: () =>
        rejects(OpenedState.open(world, [keyValueDefinition(world, { storage: 'leveldb', maxEntries: 2 })]), {
          code: 'STORE_MAX_ENTRIES_ON_DISK',
        }),
    },
    {
      name: 'a commit begins when the one before it has ended, and names only stores that there are',
      run: async () => {
        const opened = await open();
        opened.keyValue().put('a', '1');
        opened.state.freeze();
        const freeze = (): void => {
          opened.state.freeze();
        };
        throws(freeze, { code: 'STATE_FROZEN_TWICE' });
        throws(() => opened.state.restorer('absent'), { code: 'STATE_STORE_UNKNOWN' });
        await opened.state.close();
      },
    },
    {
      name: 'a store with maxEntries that is restored holds no more, with tombstones in its log or without',
      run: async () => {
        for (const timestamped of [false, true]) {
          const definition = keyValueDefinition(world, { storage: 'memory', maxEntries: 2, timestamped });
          const original = await OpenedState.open(world, [definition]);
          for (const key of ['a', 'b', 'a', 'c', 'd', 'c']) {
            original.keyValue().put(key, timestamped ? { value: key, timestamp: 1 } : key);
          }
          equal(
            original.context.logged.some(({ value }) => value === null),
            !timestamped,
          );
          const copy = await original.restored(world);
          deepEqual((await collect(copy.keyValue().all())).map(([key]) => key), ['c', 'd']); // prettier-ignore
          copy.keyValue().put('e', timestamped ? { value: 'e', timestamp: 1 } : 'e');
          deepEqual((await collect(copy.keyValue().all())).map(([key]) => key), ['c', 'e']); // prettier-ignore
          await copy.state.close();
        }
      },
    },
  ];
}
