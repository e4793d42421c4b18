import { deepEqual, equal, throws } from 'node:assert/strict';
import type {
  ExpiringKeyValueStore,
  KeyValueStore,
  KeyValueStoreDefinition,
  ReadOnlyKeyValueStore,
  ValueAndTimestamp,
} from '../../../state/store.js';
import { openCommittedView } from '../../../state/committed-view.js';
import { NO_HEADERS } from '../../../util/headers.js';
import type { ContractCase } from './contract-case.js';
import { OpenedState, collect, keyValueDefinition, type LoggedRecord, type StoreWorld } from './store-world.js';
import { restoreRecord } from './restore-record.js';

const TTL_MS = 100;

/** What a key-value store with a ttl does. */
export function expiryCases(world: StoreWorld): ContractCase[] {
  type Plain = KeyValueStore<string, string>;
  const open = (more: Partial<KeyValueStoreDefinition> = {}, cacheMaxBytes = 0): Promise<OpenedState> =>
    OpenedState.open(world, [keyValueDefinition(world, { ttlMs: TTL_MS, ...more })], cacheMaxBytes);
  const withStore = async (check: (opened: OpenedState, store: Plain) => unknown): Promise<void> => {
    for (const caching of [false, true]) {
      const opened = await open({ caching }, caching ? 1_000_000 : 0);
      await check(opened, opened.keyValue());
      await opened.state.close();
    }
  };
  const restoreInto = async (opened: OpenedState, logged: readonly LoggedRecord[]): Promise<void> => {
    const restorer = opened.state.restorer('store');
    for (const record of logged) restoreRecord(restorer, record);
    await restorer.flush({ topicId: 'topic', leaderEpoch: 0, offset: logged.length });
  };
  return [
    {
      name: 'an entry is there up to its ttl after its write, and gone from exactly then on',
      run: () =>
        withStore(async (opened, store) => {
          opened.context.at(10);
          store.put('a', '1');
          for (const settle of [false, true]) {
            if (settle) await opened.commit();
            opened.context.at(109);
            equal(store.get('a'), '1');
            deepEqual(await collect(store.all()), [['a', '1']]);
          }
          opened.context.at(110);
          equal(store.get('a'), undefined);
          deepEqual(await collect(store.range('a', 'b')), []);
          equal(store.delete('a'), undefined);
        }),
    },
    {
      name: 'a write begins the ttl anew, and what is gone is as if it had never been',
      run: () =>
        withStore(async (opened, store) => {
          opened.context.at(0);
          store.put('a', '1');
          await opened.commit();
          opened.context.at(60);
          store.put('a', '2');
          opened.context.at(159);
          equal(store.get('a'), '2');
          opened.context.at(160);
          equal(store.putIfAbsent('a', '3'), undefined);
          equal(store.get('a'), '3');
        }),
    },
    {
      name: 'a late record writes at its own time, a punctuator at stream time',
      run: () =>
        withStore((opened, store) => {
          opened.context.at(90);
          opened.context.at(20);
          store.put('late', '1');
          opened.context.record = { topic: '', partition: -1, offset: -1, timestamp: 5_000, headers: NO_HEADERS };
          store.put('punctuated', '1');
          opened.context.at(120);
          deepEqual([store.get('late'), store.get('punctuated')], [undefined, '1']);
          opened.context.at(190);
          equal(store.get('punctuated'), undefined);
        }),
    },
    {
      name: 'an entry may have a shorter ttl of its own, and no longer one',
      run: () =>
        withStore((opened, store) => {
          opened.context.at(0);
          store.put('short', '1', { ttl: 10 });
          store.put('long', '1');
          opened.context.at(10);
          deepEqual([store.get('short'), store.get('long')], [undefined, '1']);
          throws(
            () => {
              store.put('a', '1', { ttl: TTL_MS + 1 });
            },
            { code: 'INVALID_TTL' },
          );
        }),
    },
    {
      name: 'a timestamped store reckons from the time of the value and keeps no ttl per entry',
      run: async () => {
        const opened = await open({ timestamped: true });
        const store = opened.keyValue<string, ValueAndTimestamp<string>>();
        opened.context.at(50);
        store.put('a', { value: '1', timestamp: 20 });
        opened.context.at(119);
        deepEqual(store.get('a'), { value: '1', timestamp: 20 });
        opened.context.at(120);
        equal(store.get('a'), undefined);
        throws(
          () => {
            store.put('a', { value: '1', timestamp: 120 }, { ttl: 5 });
          },
          { code: 'STORE_WITHOUT_ENTRY_TTL' },
        );
        await opened.state.close();
      },
    },
    {
      name: 'a ttl for an entry of a store without one is refused',
      run: async () => {
        const opened = await OpenedState.open(world, [keyValueDefinition(world)]);
        throws(
          () => {
            opened.keyValue().put('a', '1', { ttl: '1m' });
          },
          { code: 'STORE_WITHOUT_ENTRY_TTL' },
        );
        await opened.state.close();
      },
    },
    {
      name: 'an abort brings the observed time back, and with it what was there',
      run: () =>
        withStore(async (opened, store) => {
          opened.context.at(10);
          store.put('a', '1');
          await opened.commit();
          opened.context.at(500);
          equal(store.get('a'), undefined);
          opened.context.restart(10);
          opened.state.abort();
          equal(store.get('a'), '1');
        }),
    },
    {
      name: 'deletion of what is gone is not seen by anybody, and leaves what is there',
      run: () =>
        withStore(async (opened, store) => {
          for (let time = 0; time < 400; time++) {
            opened.context.at(time);
            store.put(`k${time}`, String(time));
            if (time % 50 === 0) await opened.commit();
          }
          await opened.commit();
          const before = await collect(store.all());
          equal(before.length, TTL_MS);
          for (let round = 0; round < 20; round++) await opened.state.deleteExpired();
          deepEqual(await collect(store.all()), before);
          equal(store.approximateEntries(), TTL_MS);
        }),
    },
    {
      name: 'a restore does not bring back what is gone: the time of the last change counts, and an entry’s own ttl',
      run: () =>
        withStore(async (opened, store) => {
          opened.context.at(0);
          store.put('gone', '1');
          opened.context.at(60);
          store.put('short', '1', { ttl: 50 });
          store.put('kept', '1');
          opened.context.at(100);
          store.put('last', '1');
          await opened.commit();
          const restored = await open();
          await restoreInto(restored, opened.context.logged);
          const keys = async () => (await collect(restored.keyValue<string, string>().all())).map(([key]) => key);
          deepEqual(await keys(), ['kept', 'last', 'short']);
          restored.context.at(110);
          deepEqual(await keys(), ['kept', 'last']);
          await restored.state.close();
        }),
    },
    {
      name: 'a restore of a timestamped store reckons from the times of its values',
      run: async () => {
        const opened = await open({ timestamped: true });
        opened.context.at(100);
        for (const [key, timestamp] of [['a', 20], ['b', 90]] as const) opened.keyValue().put(key, { value: key, timestamp }); // prettier-ignore
        const restored = await opened.restored(world);
        const store = restored.keyValue<string, ValueAndTimestamp<string>>();
        deepEqual(store.get('a'), { value: 'a', timestamp: 20 });
        restored.context.at(120);
        deepEqual([store.get('a'), store.get('b')?.value], [undefined, 'b']);
        restored.context.at(190);
        equal(store.get('b'), undefined);
        await restored.state.close();
      },
    },
    {
      name: 'when an entry is gone, and what it was, is told also after that moment, until it is deleted',
      run: () =>
        withStore((opened, plain) => {
          const store = plain as ExpiringKeyValueStore<string, string>; // the definition has a ttl
          opened.context.at(10);
          store.put('a', '1');
          opened.context.at(200);
          deepEqual([store.get('a'), store.lastValue('a'), store.expiresAt('a')], [undefined, '1', 110]);
          store.put('a', null);
          deepEqual([store.lastValue('a'), store.expiresAt('a')], [undefined, undefined]);
        }),
    },
    {
      name: 'who reads the committed rows beside the task sees what was gone at the last commit',
      run: async () => {
        if (!world.durable) return;
        const opened = await open();
        const store = opened.keyValue<string, string>();
        opened.context.at(0);
        store.put('a', '1');
        await opened.commit();
        const view = await openCommittedView(opened.directory ?? '', opened.definitions);
        const seen = view.stores.get('store') as ReadOnlyKeyValueStore<string, string>; // of the definition
        opened.context.at(TTL_MS);
        view.refresh();
        equal(seen.get('a'), '1');
        await opened.commit();
        view.refresh();
        equal(seen.get('a'), undefined);
        deepEqual(await collect(seen.all()), []);
        await view.close();
        await opened.state.close();
      },
    },
    {
      name: 'the record cache does not tell an old value that is gone',
      run: async () => {
        const opened = await open({ caching: true }, 1_000_000);
        const told: unknown[] = [];
        opened.state.onFlush('store', (key, newValue, oldValue) => told.push([key, newValue, oldValue]));
        const store = opened.keyValue<string, string>();
        for (const time of [0, 50, 150]) {
          opened.context.at(time);
          store.put('a', String(time));
          await opened.commit();
        }
        deepEqual(told, [
          ['a', '0', null],
          ['a', '50', '0'],
          ['a', '150', null],
        ]);
        await opened.state.close();
      },
    },
  ];
}
