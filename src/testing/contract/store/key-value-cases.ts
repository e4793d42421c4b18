import { deepEqual, equal } from 'node:assert/strict';
import type { ValueAndTimestamp } from '../../../state/store.js';
import { bytes, string } from '../../../serde/primitives.js';
import type { ContractCase } from './contract-case.js';
import { OpenedState, collect, keyValueDefinition } from './store-world.js';
import type { StoreWorld } from './store-world.js';

/** What every key-value store does. */
export function keyValueCases(world: StoreWorld): ContractCase[] {
  const open = (): Promise<OpenedState> => OpenedState.open(world, [keyValueDefinition(world)]);
  const both = async (check: (opened: OpenedState, settle: () => Promise<void>) => Promise<void>): Promise<void> => {
    const uncommitted = await open();
    await check(uncommitted, () => Promise.resolve());
    await uncommitted.state.close();
    const committed = await open();
    await check(committed, () => committed.commit());
    await committed.state.close();
  };
  return [
    {
      name: 'a key that was never put is absent',
      run: () =>
        both(async (opened) => {
          equal(opened.keyValue().get('a'), undefined);
          deepEqual(await collect(opened.keyValue().all()), []);
        }),
    },
    {
      name: 'the last put counts, before and after a commit',
      run: () =>
        both(async (opened, settle) => {
          const store = opened.keyValue<string, string>();
          store.put('a', '1');
          store.put('b', '2');
          await settle();
          store.put('a', '3');
          await settle();
          equal(store.get('a'), '3');
          equal(store.get('b'), '2');
        }),
    },
    {
      name: 'a deleted key is absent, and delete gives what was there',
      run: () =>
        both(async (opened, settle) => {
          const store = opened.keyValue<string, string>();
          store.put('a', '1');
          await settle();
          equal(store.delete('a'), '1');
          equal(store.get('a'), undefined);
          await settle();
          equal(store.get('a'), undefined);
          equal(store.delete('a'), undefined);
        }),
    },
    {
      name: 'putIfAbsent stores only where nothing is, and gives what was there',
      run: () =>
        both(async (opened, settle) => {
          const store = opened.keyValue<string, string>();
          equal(store.putIfAbsent('a', '1'), undefined);
          await settle();
          equal(store.putIfAbsent('a', '2'), '1');
          equal(store.get('a'), '1');
        }),
    },
    {
      name: 'scans go in the order of the bytes, both ways, with both bounds included',
      run: () =>
        both(async (opened, settle) => {
          const store = opened.keyValue<string, string>();
          for (const key of ['b', 'é', 'a', 'ab', 'c', '']) store.put(key, key);
          await settle();
          const keys = async (scan: AsyncIterable<readonly [string, string]>): Promise<string[]> =>
            (await collect(scan)).map(([key]) => key);
          deepEqual(await keys(store.all()), ['', 'a', 'ab', 'b', 'c', 'é']);
          deepEqual(await keys(store.reverseAll()), ['é', 'c', 'b', 'ab', 'a', '']);
          deepEqual(await keys(store.range('a', 'b')), ['a', 'ab', 'b']);
          deepEqual(await keys(store.range(null, 'a')), ['', 'a']);
          deepEqual(await keys(store.range('c', null)), ['c', 'é']);
          deepEqual(await keys(store.range('c', 'a')), []);
          deepEqual(await keys(store.reverseRange('a', 'c')), ['c', 'b', 'ab', 'a']);
          deepEqual(await keys(store.prefixScan('a', string())), ['a', 'ab']);
        }),
    },
    {
      name: 'a prefix may end with, or be all of, the last byte there is',
      run: async () => {
        const opened = await OpenedState.open(world, [keyValueDefinition(world, { keySerde: bytes() })]);
        const store = opened.keyValue<Buffer, string>();
        const withPrefix = async (prefix: string): Promise<string[]> =>
          (await collect(store.prefixScan(Buffer.from(prefix, 'hex'), bytes()))).map(([key]) => key.toString('hex'));
        for (const key of ['01', '01ff', '01ff07', '02', 'ff', 'ffff']) store.put(Buffer.from(key, 'hex'), key);
        for (const settle of [false, true]) {
          if (settle) await opened.commit();
          deepEqual(await withPrefix('01ff'), ['01ff', '01ff07']);
          deepEqual(await withPrefix('ff'), ['ff', 'ffff']);
        }
        await opened.state.close();
      },
    },
    {
      name: 'a store that logs headers logs those of the record at hand, and none where there is no record',
      run: async () => {
        const opened = await OpenedState.open(world, [keyValueDefinition(world, { logHeaders: true })]);
        opened.context.at(7, [['trace', Buffer.from('1')]]);
        opened.keyValue().put('a', '1');
        opened.context.record = undefined;
        opened.keyValue().put('a', '2');
        deepEqual(
          opened.context.logged.map(({ timestamp, headers }) => [timestamp, headers]),
          [
            [7, [['trace', Buffer.from('1')]]],
            [-1, []],
          ],
        );
        await opened.state.close();
      },
    },
    {
      name: 'a scan merges committed and uncommitted rows; the newer counts',
      run: async () => {
        const opened = await open();
        const store = opened.keyValue<string, string>();
        for (const key of ['a', 'b', 'c', 'd']) store.put(key, `${key}1`);
        await opened.commit();
        store.put('b', 'b2');
        store.delete('c');
        store.put('bb', 'bb2');
        deepEqual(await collect(store.all()), [
          ['a', 'a1'],
          ['b', 'b2'],
          ['bb', 'bb2'],
          ['d', 'd1'],
        ]);
        deepEqual(await collect(store.reverseRange('b', 'c')), [
          ['bb', 'bb2'],
          ['b', 'b2'],
        ]);
        await opened.state.close();
      },
    },
    {
      name: 'a scan shows the store as it was when it was called, whatever is written or committed during it',
      run: async () => {
        const opened = await open();
        const store = opened.keyValue<string, string>();
        for (let key = 0; key < 600; key++) store.put(String(1000 + key), 'old');
        await opened.commit();
        store.put('1001', 'newer');
        const scan = store.all();
        store.put('1000', 'later');
        store.delete('1599');
        store.put('zzz', 'later');
        await opened.commit();
        const seen = await collect(scan);
        equal(seen.length, 600);
        deepEqual(seen[0], ['1000', 'old']);
        deepEqual(seen[1], ['1001', 'newer']);
        deepEqual(seen[599], ['1599', 'old']);
        await opened.state.close();
      },
    },
    {
      name: 'a scan that is left early leaves nothing open',
      run: async () => {
        const opened = await open();
        const store = opened.keyValue<string, string>();
        for (let key = 0; key < 1000; key++) store.put(String(key), 'x');
        await opened.commit();
        let seen = 0;
        for await (const [key] of store.all()) if (key !== '' && ++seen === 3) break;
        equal(seen, 3);
        await opened.state.close();
      },
    },
    {
      name: 'the count of entries follows puts and deletes, commits and aborts',
      run: () =>
        both(async (opened, settle) => {
          const store = opened.keyValue<string, string>();
          for (const key of ['a', 'b', 'c', 'a']) store.put(key, '1');
          await settle();
          store.put('b', '2');
          store.delete('a');
          store.delete('absent');
          await settle();
          equal(store.approximateEntries(), 2);
          await opened.commit();
          store.put('d', '1');
          opened.state.abort();
          equal(store.approximateEntries(), 2);
        }),
    },
    {
      name: 'a timestamped store keeps the timestamp with the value',
      run: async () => {
        const opened = await OpenedState.open(world, [keyValueDefinition(world, { timestamped: true })]);
        const store = opened.keyValue<string, ValueAndTimestamp<string>>();
        store.put('a', { value: '1', timestamp: 1_700_000_000_000 });
        store.put('b', { value: '', timestamp: -1 });
        deepEqual(store.get('a'), { value: '1', timestamp: 1_700_000_000_000 });
        await opened.commit();
        deepEqual(store.get('a'), { value: '1', timestamp: 1_700_000_000_000 });
        deepEqual(await collect(store.all()), [
          ['a', { value: '1', timestamp: 1_700_000_000_000 }],
          ['b', { value: '', timestamp: -1 }],
        ]);
        await opened.state.close();
      },
    },
    {
      name: 'each put is logged at once without caching: key, plain value, timestamp of the record or of the value',
      run: async () => {
        const definitions = [
          keyValueDefinition(world),
          keyValueDefinition(world, { name: 'timestamped', timestamped: true }),
        ];
        const opened = await OpenedState.open(world, definitions);
        opened.context.at(7);
        opened.keyValue<string, string>().put('a', '1');
        opened.keyValue<string, string>().delete('a');
        opened.keyValue<string, ValueAndTimestamp<string>>('timestamped').put('b', { value: '2', timestamp: 3 });
        opened.keyValue<string, ValueAndTimestamp<string>>('timestamped').delete('b');
        deepEqual(
          opened.context.logged.map(({ key, value, timestamp }) => [String(key), value && String(value), timestamp]),
          [
            ['a', '1', 7],
            ['a', null, 7],
            ['b', '2', 3],
            ['b', null, 7],
          ],
        );
        await opened.state.close();
      },
    },
  ];
}
