import { deepEqual, equal, ok } from 'node:assert/strict';
import type { ValueAndTimestamp } from '../../../state/store.js';
import type { ContractCase } from './contract-case.js';
import { OpenedState, collect, keyValueDefinition, windowDefinition } from './store-world.js';
import type { StoreWorld } from './store-world.js';

const CACHE_BYTES = 1_000_000;

/** What the record cache does: merges updates of a key until it is flushed. */
export function cacheCases(world: StoreWorld): ContractCase[] {
  const open = (cacheMaxBytes = CACHE_BYTES): Promise<OpenedState> =>
    OpenedState.open(world, [keyValueDefinition(world, { caching: true })], cacheMaxBytes);
  const listen = (opened: OpenedState, sendOldValues = true): string[] => {
    const told: string[] = [];
    const listener = (key: unknown, newValue: unknown, oldValue: unknown, timestamp: number): void => {
      told.push(`${JSON.stringify(key)} ${JSON.stringify([oldValue, newValue])} at ${timestamp}`);
    };
    opened.state.onFlush('store', listener, { sendOldValues });
    return told;
  };
  const logged = (opened: OpenedState): string[] =>
    opened.context.logged.map(({ key, value, timestamp }) => `${String(key)}=${String(value)} at ${timestamp}`);
  return [
    {
      name: 'updates are read at once, but logged and forwarded once per key when flushed, with the last timestamp',
      run: async () => {
        const opened = await open();
        const told = listen(opened);
        const store = opened.keyValue<string, string>();
        for (const [key, value, time] of [
          ['a', '1', 1],
          ['b', '2', 2],
          ['a', '3', 3],
        ] as const) {
          opened.context.at(time);
          store.put(key, value);
        }
        equal(store.get('a'), '3');
        deepEqual(await collect(store.all()), [
          ['a', '3'],
          ['b', '2'],
        ]);
        deepEqual(opened.context.logged, []);
        equal(opened.state.flushCaches(100), 2);
        equal(opened.state.flushCaches(100), 0);
        deepEqual(told, ['"b" [null,"2"] at 2', '"a" [null,"3"] at 3']);
        deepEqual(logged(opened), ['b=2 at 2', 'a=3 at 3']);
        await opened.state.close();
      },
    },
    {
      name: 'the old value is the one of the last flush, whether committed or not',
      run: async () => {
        const opened = await open();
        const told = listen(opened);
        const store = opened.keyValue<string, string>();
        store.put('a', '1');
        opened.state.flushCaches(100);
        store.put('a', '2');
        store.put('a', '3');
        await opened.commit();
        store.put('a', '4');
        opened.state.flushCaches(100);
        store.delete('a');
        opened.state.flushCaches(100);
        deepEqual(told, ['"a" [null,"1"] at 0', '"a" ["1","3"] at 0', '"a" ["3","4"] at 0', '"a" ["4",null] at 0']);
        await opened.state.close();
      },
    },
    {
      name: 'a key that came and went between flushes is neither logged nor forwarded',
      run: async () => {
        const opened = await open();
        const told = listen(opened);
        opened.keyValue<string, string>().put('a', '1');
        opened.keyValue<string, string>().put('a', null);
        equal(opened.state.flushCaches(100), 1);
        deepEqual([told, opened.context.logged], [[], []]);
        await opened.state.close();
      },
    },
    {
      name: 'without sendOldValues the old value is null',
      run: async () => {
        const opened = await open();
        const told = listen(opened, false);
        const store = opened.keyValue<string, string>();
        store.put('a', '1');
        await opened.commit();
        store.put('a', '2');
        await opened.commit();
        deepEqual(told, ['"a" [null,"1"] at 0', '"a" [null,"2"] at 0']);
        await opened.state.close();
      },
    },
    {
      name: 'a deletion is told with the old value although nobody reads it, and not at all of a key that was not there',
      run: async () => {
        const opened = await open();
        const told: string[] = listen(opened, false);
        const store = opened.keyValue<string, string>();
        store.put('a', '1');
        await opened.commit();
        store.get('a');
        for (const key of ['a', 'absent']) store.put(key, null);
        await opened.commit();
        deepEqual(told, ['"a" [null,"1"] at 0', '"a" [null,null] at 0']);
        await opened.state.close();
      },
    },
    {
      name: 'what has not been flushed is no part of the commit',
      run: async () => {
        const opened = await open();
        const store = opened.keyValue<string, string>();
        store.put('a', 'flushed');
        opened.state.flushCaches(100);
        store.put('a', 'unflushed');
        store.put('b', 'unflushed');
        opened.state.freeze();
        await opened.state.apply({ changelogs: new Map(), inputs: new Map() });
        deepEqual(await collect(store.all()), [['a', 'unflushed'], ['b', 'unflushed']]); // prettier-ignore
        opened.state.abort();
        deepEqual(await collect(store.all()), [['a', 'flushed']]);
        await opened.state.close();
      },
    },
    {
      name: 'a timestamped store forwards plain values with their own timestamp',
      run: async () => {
        const definition = keyValueDefinition(world, { caching: true, timestamped: true });
        const opened = await OpenedState.open(world, [definition], CACHE_BYTES);
        const told = listen(opened);
        const store = opened.keyValue<string, ValueAndTimestamp<string>>();
        opened.context.at(5);
        store.put('a', { value: '1', timestamp: 3 });
        await opened.commit();
        store.delete('a');
        await opened.commit();
        deepEqual(told, ['"a" [null,"1"] at 3', '"a" ["1",null] at 5']);
        deepEqual(logged(opened), ['a=1 at 3', 'a=null at 5']);
        await opened.state.close();
      },
    },
    {
      name: 'a window store forwards windowed keys, and observes a window when it is flushed',
      run: async () => {
        const opened = await OpenedState.open(world, [windowDefinition(world, { caching: true })], CACHE_BYTES);
        const told = listen(opened);
        const store = opened.window<string, string>();
        store.put('a', '1', 10);
        store.put('a', '2', 10);
        store.put('a', '3', 500_000);
        equal(store.observedTimeMs, -1);
        deepEqual(
          (await collect(store.fetchRange('a', 0, 1_000_000))).map(({ startMs, value }) => [startMs, value]),
          [
            [10, '2'],
            [500_000, '3'],
          ],
        );
        opened.state.flushCaches(100);
        equal(store.observedTimeMs, 500_000);
        equal(store.fetch('a', 10), '2'); // it has expired, but the record cache holds it still
        deepEqual(told, [
          '{"key":"a","start":10,"end":20} [null,"2"] at 0',
          '{"key":"a","start":500000,"end":500010} [null,"3"] at 0',
        ]);
        await opened.state.close();
      },
    },
    {
      name: 'a flush takes as many as it is told, and what a forward makes dirty too',
      run: async () => {
        const first = keyValueDefinition(world, { caching: true });
        const opened = await OpenedState.open(world, [{ ...first, name: 'later' }, first], CACHE_BYTES);
        opened.state.onFlush('store', (key) => {
          opened.keyValue<string, string>('later').put(String(key), 'x');
        });
        for (let key = 0; key < 5; key++) opened.keyValue<string, string>().put(String(key), 'x');
        equal(opened.state.flushCaches(3), 3);
        equal(opened.context.logged.length, 3);
        while (opened.state.flushCaches(3) > 0);
        equal(opened.context.logged.length, 10);
        await opened.state.close();
      },
    },
    {
      name: 'the cache says by how much it is over its bound; logged changes do not count',
      run: async () => {
        const opened = await open(10_000);
        const store = opened.keyValue<string, string>();
        store.put('a', 'x'.repeat(20_000));
        ok(opened.state.cacheOverflowBytes > 10_000);
        opened.state.flushCaches(100);
        equal(opened.state.cacheOverflowBytes, 0);
        ok(opened.state.overlayBytes > 20_000);
        await opened.commit();
        equal(opened.state.overlayBytes, 0);
        await opened.state.close();
      },
    },
    {
      name: 'with a cache of no size, and where duplicates are retained, every put is logged at once',
      run: async () => {
        const off = await open(0);
        off.keyValue<string, string>().put('a', '1');
        equal(off.context.logged.length, 1);
        await off.state.close();
        const definition = windowDefinition(world, { caching: true, retainDuplicates: true });
        const duplicates = await OpenedState.open(world, [definition], CACHE_BYTES);
        duplicates.window<string, string>().put('a', '1', 0);
        equal(duplicates.context.logged.length, 1);
        await duplicates.state.close();
      },
    },
    {
      name: 'an abort forgets unflushed, flushed and frozen changes',
      run: async () => {
        const opened = await open();
        const store = opened.keyValue<string, string>();
        store.put('a', 'committed');
        await opened.commit();
        store.put('a', 'frozen');
        store.put('b', 'frozen');
        opened.state.flushCaches(100);
        opened.state.freeze();
        store.put('b', 'flushed');
        opened.state.flushCaches(100);
        store.put('c', 'unflushed');
        store.put('a', 'unflushed');
        opened.state.abort();
        deepEqual(await collect(store.all()), [['a', 'committed']]);
        deepEqual([store.get('a'), store.get('b'), store.get('c')], ['committed', undefined, undefined]);
        equal(opened.state.flushCaches(100), 0);
        equal(opened.state.overlayBytes, 0);
        await opened.state.close();
      },
    },
  ];
}
