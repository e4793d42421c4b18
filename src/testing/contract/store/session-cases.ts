import { deepEqual, equal } from 'node:assert/strict';
import type { SessionEntry, SessionStore, SessionStoreDefinition } from '../../../state/store.js';
import { seededRandom } from '../../../util/random.js';
import type { ContractCase } from './contract-case.js';
import { OpenedState, collect, sessionDefinition } from './store-world.js';
import type { StoreWorld } from './store-world.js';
import { restoreRecord } from './restore-record.js';

type Entry = SessionEntry<string, string>;
type Store = SessionStore<string, string>;

const text = ({ key, startMs, endMs, value }: Entry): string => `${key}@${startMs}-${endMs}=${value}`;
const put = (store: Store, key: string, start: number, end: number, value = 'x'): void => {
  store.put({ key, start, end }, value);
};

/** What every session store does. Retention is 100 s, so segments on disk are of 60 s. */
export function sessionCases(world: StoreWorld): ContractCase[] {
  const inMemory = world.storage === 'memory';
  const withStore = async (
    more: Partial<SessionStoreDefinition>,
    check: (opened: OpenedState, store: Store) => Promise<void>,
    cacheMaxBytes = 0,
  ): Promise<void> => {
    const opened = await OpenedState.open(world, [sessionDefinition(world, more)], cacheMaxBytes);
    await check(opened, opened.session());
    await opened.state.close();
  };
  return [
    {
      name: 'a session is found by key, start and end, before and after a commit',
      run: () =>
        withStore({}, async (opened, store) => {
          put(store, 'a', 10, 20, '1');
          put(store, 'ab', 10, 20, '2');
          for (const settle of [false, true]) {
            if (settle) await opened.commit();
            deepEqual([store.fetchSession('a', 10, 20), store.fetchSession('ab', 10, 20)], ['1', '2']);
            deepEqual([store.fetchSession('a', 10, 21), store.fetchSession('b', 10, 20)], [undefined, undefined]);
          }
          store.remove({ key: 'a', start: 10, end: 20 });
          equal(store.fetchSession('a', 10, 20), undefined);
          await opened.commit();
          deepEqual(store.fetch('a'), []);
        }),
    },
    {
      name: 'sessions of a key that touch a time range come by end, over segments, without a scan',
      run: () =>
        withStore({}, async (opened, store) => {
          put(store, 'a', 50_000, 70_000);
          put(store, 'a', 10, 20);
          await opened.commit();
          put(store, 'a', 30_000, 59_999);
          put(store, 'ab', 30_000, 59_999);
          const found = (from: number, to: number): string[] => store.findSessions('a', from, to).map(text);
          deepEqual(found(0, 100_000), ['a@10-20=x', 'a@30000-59999=x', 'a@50000-70000=x']);
          deepEqual(found(20, 30_000), ['a@10-20=x', 'a@30000-59999=x']);
          deepEqual(found(21, 29_999), []);
          deepEqual(found(60_000, 49_999), []);
          deepEqual(store.fetch('a').map(text), found(0, 100_000));
        }),
    },
    {
      name: 'changes are logged as key, end and start, with the time of the record that made them',
      run: () =>
        withStore({}, (opened, store) => {
          opened.context.at(7);
          put(store, 'a', 1, 2, '1');
          store.remove({ key: 'a', start: 1, end: 2 });
          const logged = opened.context.logged.map(({ key, value, timestamp }) => [
            key.toString('hex'),
            value?.toString(),
            timestamp,
          ]);
          const key = `61${'0'.repeat(15)}2${'0'.repeat(15)}1`;
          deepEqual(logged, [
            [key, '1', 7],
            [key, undefined, 7],
          ]);
          return Promise.resolve();
        }),
    },
    {
      name: 'a read skips what ends at or before observed time - retention',
      run: () =>
        withStore({}, async (opened, store) => {
          for (const end of [0, 1, 2]) put(store, 'a', 0, end);
          put(store, 'b', 100_001, 100_001);
          equal(store.observedTimeMs, 100_001);
          for (const settle of [false, true]) {
            if (settle) await opened.commit();
            deepEqual([store.fetchSession('a', 0, 1), store.fetchSession('a', 0, 2)], [undefined, 'x']);
            deepEqual(store.fetch('a').map(text), ['a@0-2=x']);
            deepEqual((await collect(store.all())).map(text).sort(), ['a@0-2=x', 'b@100001-100001=x']);
          }
        }),
    },
    {
      name: 'an expired put is dropped and counted, in memory exactly, on disk by whole segments; it is logged all the same',
      run: () =>
        withStore({}, (opened, store) => {
          put(store, 'b', 161_000, 161_000);
          put(store, 'a', 0, 61_000); // exactly expired, in the segment that is still alive: 60,000 to 119,999
          equal(opened.context.expired, inMemory ? 1 : 0);
          put(store, 'a', 0, 59_999);
          equal(opened.context.expired, inMemory ? 2 : 1);
          equal(opened.context.logged.length, 3);
          deepEqual(store.fetch('a'), []);
          return Promise.resolve();
        }),
    },
    {
      name: 'an abort brings back what was committed, and an expiry deletes nothing that is seen',
      run: () =>
        withStore({}, async (opened, store) => {
          for (let end = 0; end <= 300_000; end += 10_000) put(store, 'a', end, end);
          await opened.commit();
          const before = store.fetch('a').map(text);
          put(store, 'a', 1, 290_001);
          store.remove({ key: 'a', start: 300_000, end: 300_000 });
          opened.state.abort();
          await opened.state.deleteExpired();
          deepEqual(store.fetch('a').map(text), before);
          equal(before.length, 10);
        }),
    },
    {
      name: 'sessions that the record cache of Kafka Streams would hold still are found and listed though they have expired',
      run: async () => {
        const opened = await OpenedState.open(world, [sessionDefinition(world, { caching: true })], 1_000_000);
        const store = opened.session<string, string>();
        for (const [key, end] of [
          ['a', 10],
          ['b', 500_000],
        ] as const) {
          put(store, key, 5, end);
          await opened.commit();
          await opened.state.deleteExpired();
        }
        deepEqual((await collect(store.all())).map(text), ['a@5-10=x', 'b@5-500000=x']);
        deepEqual(store.fetch('a').map(text), ['a@5-10=x']);
        equal(store.fetchSession('a', 5, 10), 'x');
        await opened.state.close();
      },
    },
    {
      name: 'an expired session is there while the record cache holds it, and refused when it is flushed',
      run: () =>
        withStore(
          { caching: true },
          async (opened, store) => {
            put(store, 'b', 500_000, 500_000);
            put(store, 'a', 5, 10);
            opened.state.flushCaches(1);
            equal(store.fetchSession('a', 5, 10), 'x');
            await opened.commit();
            equal(store.fetchSession('a', 5, 10), undefined);
            deepEqual([opened.context.expired, opened.context.logged.length], [1, 2]);
          },
          1_000_000,
        ),
    },
    {
      name: 'an abort takes back how far the sessions had come: those that were left behind are found again',
      run: async () => {
        const original = await OpenedState.open(world, [sessionDefinition(world, { caching: true })], 1_000_000);
        put(original.session(), 'a', 5, 10);
        await original.commit();
        const opened = await original.restored(world);
        put(opened.session(), 'b', 500_000, 500_000);
        opened.state.abort();
        deepEqual(opened.session<string, string>().fetch('a').map(text), ['a@5-10=x']);
        await opened.state.close();
      },
    },
    {
      name: 'a session that came too late is not restored',
      run: async () => {
        const original = await OpenedState.open(world, [sessionDefinition(world)]);
        put(original.session(), 'a', 500_000, 500_000);
        put(original.session(), 'a', 5, 10);
        const copy = await original.restored(world);
        deepEqual((await collect(copy.session<string, string>().all())).map(text), ['a@500000-500000=x']);
        equal(copy.session().observedTimeMs, 500_000);
        await copy.state.close();
      },
    },
    {
      name: 'in a store by time, sessions of all keys come by end, whether they are committed or not',
      run: () =>
        withStore({ timeOrdered: true }, async (opened, store) => {
          for (const [key, end] of [['b', 10], ['a', 20], ['a', 70_000]] as const) put(store, key, 5, end); // prettier-ignore
          await opened.commit();
          put(store, 'c', 5, 10);
          put(store, 'c', 5, 15);
          const found = (await collect(store.sessionsEndingWithin(10, 20))).map(text);
          deepEqual(found, ['b@5-10=x', 'c@5-10=x', 'c@5-15=x', 'a@5-20=x']);
        }),
    },
    {
      name: 'in a store by time, sessions that end at one time come by start, then by key',
      run: () =>
        withStore({ timeOrdered: true }, async (opened, store) => {
          put(store, 'b', 3, 20);
          put(store, 'a', 7, 20);
          await opened.commit();
          put(store, 'c', 3, 20);
          const found = (await collect(store.sessionsEndingWithin(0, 99))).map(text);
          const byStart = ['b@3-20=x', 'c@3-20=x', 'a@7-20=x'];
          const byKey = ['a@7-20=x', 'b@3-20=x', 'c@3-20=x'];
          deepEqual(found, store.definition.storage === 'memory' ? byKey : byStart);
        }),
    },
    {
      name: 'restored sessions are found, and removed ones are not',
      run: () =>
        withStore({}, async (opened, store) => {
          put(store, 'a', 1, 2);
          put(store, 'a', 5, 9);
          store.remove({ key: 'a', start: 1, end: 2 });
          const { logged } = opened.context;
          const restored = await OpenedState.open(world, [sessionDefinition(world)]);
          const restorer = restored.state.restorer('store');
          for (const record of logged) restoreRecord(restorer, record);
          await restorer.flush({ topicId: 't', leaderEpoch: 0, offset: 3 });
          deepEqual(restored.session<string, string>().fetch('a').map(text), ['a@5-9=x']);
          await restored.state.wipe('store');
          deepEqual(restored.session<string, string>().fetch('a'), []);
          await restored.state.close();
        }),
    },
    ...[0, 2_000, 1_000_000].map((cacheMaxBytes): ContractCase => ({
      name: `any interleaving of puts, removals, commits and aborts equals the model (cache of ${cacheMaxBytes} bytes)`,
      run: () => withStore({ caching: cacheMaxBytes > 0 }, equalsModel, cacheMaxBytes),
    })),
  ];
}

/** Every session lives within the retention here; expiry has cases of its own. */
async function equalsModel({ state }: OpenedState, store: Store): Promise<void> {
  const random = seededRandom(5);
  let active = new Map<string, Entry>();
  let committed = new Map<string, Entry>();
  for (let step = 0; step < 600; step++) {
    const start = Math.floor(random.next() * 99);
    const session = { key: 'ab'.slice(0, 1 + (step % 2)), start, end: start + Math.floor(random.next() * 3) };
    const at = JSON.stringify(session);
    const value = random.next() < 0.4 ? null : String(step);
    store.put(session, value);
    if (value === null) active.delete(at);
    else active.set(at, { key: session.key, startMs: session.start, endMs: session.end, value });
    if (random.next() < 0.1) {
      while (state.flushCaches(3) > 0);
      state.freeze();
      await state.apply({ changelogs: new Map(), inputs: new Map() });
      committed = new Map(active);
    } else if (random.next() < 0.05) {
      state.abort();
      active = new Map(committed);
    }
    const expected = [...active.values()]
      .filter(({ key, startMs, endMs }) => key === session.key && endMs >= start - 5 && startMs <= start + 5)
      .sort((a, b) => a.endMs - b.endMs || a.startMs - b.startMs);
    deepEqual(store.findSessions(session.key, start - 5, start + 5), expected);
  }
}
