import { deepEqual, equal } from 'node:assert/strict';
import { bytes, string } from '../../../serde/primitives.js';
import type { LanedKeyValueStore, PrefixedKeyValueStore } from '../../../state/store.js';
import type { ContractCase } from './contract-case.js';
import { OpenedState, collect, keyValueDefinition } from './store-world.js';
import type { StoreWorld } from './store-world.js';
import { restoreRecord } from './restore-record.js';

const POSITION = { topicId: 'topic', leaderEpoch: 0, offset: 1 };

/** `| length | prefix | rest |` */
function key(prefix: string, rest: string): Buffer {
  return Buffer.concat([Buffer.of(0, 0, 0, prefix.length), Buffer.from(prefix), Buffer.from(rest)]);
}

/** What stores find without a scan, or in part of one, by the way their rows stand. */
export function derivedRowCases(world: StoreWorld): ContractCase[] {
  const openPrefixed = async (): Promise<readonly [OpenedState, PrefixedKeyValueStore<string>]> => {
    const definition = keyValueDefinition(world, { keySerde: bytes(), prefixed: true, timestamped: false });
    const opened = await OpenedState.open(world, [definition]);
    return [opened, opened.keyValue() as PrefixedKeyValueStore<string>]; // as defined
  };
  const openLaned = async (): Promise<readonly [OpenedState, LanedKeyValueStore<string, string>]> => {
    const definition = keyValueDefinition(world, { keySerde: string(), laneAt: 1 });
    const opened = await OpenedState.open(world, [definition]);
    return [opened, opened.keyValue() as LanedKeyValueStore<string, string>]; // as defined
  };
  const rests = (store: PrefixedKeyValueStore<string>, prefix: string): string[] | undefined =>
    store.withPrefix(key(prefix, ''))?.map(([found]) => found.subarray(4 + prefix.length).toString());
  return [
    {
      name: 'the few keys of a prefix are known in the order of their bytes, committed or not, and after an abort',
      run: async () => {
        const [opened, store] = await openPrefixed();
        for (const rest of ['b', 'a', 'c', 'a']) store.put(key('x', rest), rest);
        store.put(key('xa', 'd'), 'd');
        deepEqual(rests(store, 'x'), ['a', 'b', 'c']);
        await opened.commit();
        store.put(key('x', 'b'), null);
        store.put(key('x', 'absent'), null);
        deepEqual(rests(store, 'x'), ['a', 'c']);
        opened.state.abort();
        deepEqual([rests(store, 'x'), rests(store, 'xa'), rests(store, '')], [['a', 'b', 'c'], ['d'], []]);
        equal((await collect(store.all())).length, 4);
        await opened.state.close();
      },
    },
    {
      name: 'beyond 64 keys a prefix is to be scanned, until a scan has found few',
      run: async () => {
        const [opened, store] = await openPrefixed();
        const keys = Array.from({ length: 65 }, (_, i) => key('x', String(i + 100)));
        for (const one of keys.slice(0, 64)) store.put(one, 'v');
        equal(rests(store, 'x')?.length, 64);
        store.put(keys[64] as Buffer, 'v'); // there are 65
        await opened.commit();
        equal(rests(store, 'x'), undefined);
        for (const one of keys.slice(31)) store.put(one, null);
        store.foundAll(key('x', ''), keys.slice(0, 31));
        deepEqual(rests(store, 'x'), keys.slice(0, 31).map((one) => one.subarray(5).toString())); // prettier-ignore
        store.foundAll(key('x', ''), []);
        deepEqual(rests(store, 'x'), []);
        await opened.state.close();
      },
    },
    {
      name: 'what a scan has found is listed only where it is little, and told only where it is there still',
      run: async () => {
        const [opened, store] = await openPrefixed();
        const keys = Array.from({ length: 65 }, (_, i) => key('x', String(i + 100)));
        for (const one of keys) store.put(one, 'v');
        store.foundAll(key('x', ''), keys.slice(0, 32));
        equal(rests(store, 'x'), undefined);
        store.put(key('x', '100'), null);
        store.foundAll(key('x', ''), keys.slice(0, 2));
        deepEqual(rests(store, 'x'), ['101']);
        await opened.state.close();
      },
    },
    {
      name: 'the keys of a prefix are known again after a restore, and forgotten with the store',
      run: async () => {
        const [opened, store] = await openPrefixed();
        const restorer = opened.state.restorer('store');
        for (const rest of ['b', 'a', 'c']) restoreRecord(restorer, { key: key('x', rest), value: Buffer.from(rest) });
        restoreRecord(restorer, { key: key('x', 'b'), value: null });
        await restorer.flush(POSITION);
        deepEqual(rests(store, 'x'), ['a', 'c']);
        await opened.state.wipe('store');
        deepEqual(rests(store, 'x'), []);
        await opened.state.close();
      },
    },
    {
      name: 'each lane is read for itself, from a key on or backwards, and both in the order of their keys',
      run: async () => {
        const [opened, store] = await openLaned();
        const put = (...keys: string[]): void => {
          for (const one of keys) store.put(one, one);
        };
        put('a\x00', 'a\x01', 'c\x01', 'd\x00');
        await opened.commit();
        put('b\x00', 'b\x01');
        store.put('c\x01', null);
        const lane = async (...args: Parameters<typeof store.lane>): Promise<string[]> =>
          (await collect(store.lane(...args))).map(([found]) => found);
        deepEqual(await lane(0, Buffer.from('b')), ['b\x00', 'd\x00']);
        deepEqual(await lane(1, Buffer.from(''), true), ['b\x01', 'a\x01']);
        const all = ['a\x00', 'a\x01', 'b\x00', 'b\x01', 'd\x00'];
        deepEqual(
          (await collect(store.all())).map(([found]) => found),
          all,
        );
        deepEqual(
          (await collect(store.reverseRange('a\x01', 'b\x01'))).map(([found]) => found),
          all.slice(1, 4).reverse(),
        );
        equal(store.get('a\x01'), 'a\x01');
        await opened.state.close();
      },
    },
  ];
}
