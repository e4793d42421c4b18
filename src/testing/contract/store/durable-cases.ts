import { cpSync } from 'node:fs';
import { deepEqual, equal, rejects } from 'node:assert/strict';
import { openCommittedView } from '../../../state/committed-view.js';
import { openDatabase } from '../../../state/leveldb/level-database.js';
import { FORMAT_KEY } from '../../../state/leveldb/row-keys.js';
import type { KeyValueStoreDefinition, ReadOnlyKeyValueStore, ReadOnlyWindowStore } from '../../../state/store.js';
import type { CommittedPositions } from '../../../state/task-state.js';
import type { ContractCase } from './contract-case.js';
import { OpenedState, collect, keyValueDefinition, windowDefinition } from './store-world.js';
import type { StoreWorld } from './store-world.js';

const at = (offset: number): CommittedPositions => ({
  changelogs: new Map([['store', { topicId: 'topic', leaderEpoch: 0, offset }]]),
  inputs: new Map([['in-0', offset]]),
});

/** What state on disk keeps when its process ends, in order or not. */
export function durableCases(world: StoreWorld): ContractCase[] {
  const open = (more: Partial<KeyValueStoreDefinition> = {}): Promise<OpenedState> =>
    OpenedState.open(world, [keyValueDefinition(world, more), windowDefinition(world, { name: 'windows' })]);
  /** What a crash at this moment leaves: the files as they are. */
  const crash = async (opened: OpenedState): Promise<OpenedState> => {
    const copy = world.directory() ?? '';
    cpSync(opened.directory ?? '', copy, { recursive: true });
    await opened.state.close();
    return OpenedState.open(world, opened.definitions, 0, copy);
  };
  return [
    {
      name: 'after a crash the state is what was committed last, with its positions and observed time',
      run: async () => {
        const opened = await open();
        opened.keyValue<string, string>().put('a', '1');
        opened.window<string, string>('windows').put('k', 'v', 70_000);
        await opened.commit(at(5));
        opened.keyValue<string, string>().put('a', 'lost');
        opened.window<string, string>('windows').put('k', 'lost', 500_000);
        opened.state.freeze();
        opened.keyValue<string, string>().put('b', 'lost');
        const after = await crash(opened);
        deepEqual(await collect(after.keyValue().all()), [['a', '1']]);
        equal(after.window('windows').observedTimeMs, 70_000);
        equal(after.window('windows').fetch('k', 70_000), 'v');
        equal(after.state.changelogPosition('store')?.offset, 5);
        equal(after.state.changelogPosition('windows'), undefined);
        equal(after.state.inputPosition('in-0'), 5);
        await after.state.close();
      },
    },
    {
      name: 'a store under another definition is emptied and forgets its position, so that it is restored',
      run: async () => {
        const opened = await open();
        opened.keyValue<string, string>().put('a', '1');
        await opened.commit(at(5));
        await opened.state.close();
        const definitions = [keyValueDefinition(world, { timestamped: true })];
        const changed = await OpenedState.open(world, definitions, 0, opened.directory);
        deepEqual(await collect(changed.keyValue().all()), []);
        equal(changed.state.changelogPosition('store'), undefined);
        await changed.state.close();
      },
    },
    {
      name: 'without a changelog another definition is refused',
      run: async () => {
        const opened = await open({ logging: false });
        await opened.state.close();
        const definitions = [keyValueDefinition(world, { logging: false, timestamped: true })];
        await rejects(OpenedState.open(world, definitions, 0, opened.directory), { code: 'STORE_LAYOUT_CHANGED' });
      },
    },
    ...[true, false].map((committed): ContractCase => ({
      name: `a prepared commit of stores without a changelog is ${committed ? 'applied' : 'dropped'} after a crash, as the offsets tell`,
      run: async () => {
        const opened = await open({ logging: false });
        const store = opened.keyValue<string, string>();
        store.put('a', '1');
        store.put('b', '1');
        opened.state.freeze();
        await opened.state.prepare(at(5));
        await opened.state.apply(at(5));
        store.put('a', 'aborted');
        opened.state.freeze();
        await opened.state.prepare(at(6));
        opened.state.abort();
        store.put('b', '2');
        store.delete('a');
        opened.state.freeze();
        await opened.state.prepare(at(7));
        const after = await crash(opened);
        deepEqual(after.state.preparedInputs, new Map([['in-0', 7]]));
        deepEqual((await collect(after.keyValue().all())).length, 2);
        await after.state.settlePrepared(committed);
        equal(after.state.preparedInputs, undefined);
        const settled = committed ? [['b', '2']] : [['a', '1'], ['b', '1']]; // prettier-ignore
        deepEqual(await collect(after.keyValue().all()), settled);
        const again = await after.reopen(world);
        deepEqual(await collect(again.keyValue().all()), settled);
        equal(again.state.preparedInputs, undefined);
        equal(again.state.inputPosition('in-0'), committed ? 7 : 5);
        await again.state.close();
      },
    })),
    {
      name: 'a commit that was prepared and applied leaves nothing prepared',
      run: async () => {
        const opened = await open({ logging: false });
        opened.keyValue<string, string>().put('a', '1');
        opened.state.freeze();
        await opened.state.prepare(at(5));
        await opened.state.apply(at(5));
        const again = await opened.reopen(world);
        equal(again.state.preparedInputs, undefined);
        equal(again.keyValue().get('a'), '1');
        await again.state.close();
      },
    },
    {
      name: 'where no commit was prepared there is nothing to settle',
      run: async () => {
        for (const logging of [false, { topicConfig: {} }] as const) {
          const opened = await open({ logging });
          opened.keyValue<string, string>().put('a', '1');
          await opened.commit(at(5));
          const again = await opened.reopen(world);
          await again.state.settlePrepared(true);
          equal(again.keyValue().get('a'), '1');
          equal(again.state.inputPosition('in-0'), 5);
          await again.state.close();
        }
      },
    },
    {
      name: 'state that a later version wrote is refused, and left as it is',
      run: async () => {
        const opened = await open();
        await opened.state.close();
        const rewrite = async (format: string): Promise<void> => {
          const database = await openDatabase(opened.directory ?? '', { create: false });
          await database.put(FORMAT_KEY, Buffer.from(format));
          await database.close();
        };
        await rewrite('2');
        const again = (): Promise<OpenedState> => OpenedState.open(world, opened.definitions, 0, opened.directory);
        await rejects(again(), { code: 'STATE_FORMAT_UNKNOWN' });
        await rejects(openCommittedView(opened.directory ?? '', []), { code: 'STATE_FORMAT_UNKNOWN' });
        await rewrite('1');
        await (await again()).state.close();
      },
    },
    {
      name: 'a view is without the stores that the task has not made',
      run: async () => {
        const opened = await open();
        const other = keyValueDefinition(world, { name: 'other' });
        const view = await openCommittedView(opened.directory ?? '', [...opened.definitions, other]);
        deepEqual([...view.stores.keys()], ['store', 'windows']);
        await view.close();
        await opened.state.close();
      },
    },
    {
      name: 'a view beside the task sees commits, and nothing else',
      run: async () => {
        const opened = await open();
        const store = opened.keyValue<string, string>();
        store.put('a', '1');
        opened.window<string, string>('windows').put('k', 'v', 10);
        await opened.commit(at(5));
        store.put('a', 'uncommitted');
        const view = await openCommittedView(opened.directory ?? '', opened.definitions);
        const rows = view.stores.get('store') as ReadOnlyKeyValueStore<string, string>; // as defined above
        const windows = view.stores.get('windows') as ReadOnlyWindowStore<string, string>; // as defined above
        equal(rows.get('a'), '1');
        equal(windows.fetch('k', 10), 'v');
        equal(view.changelogPosition('store')?.offset, 5);
        opened.window<string, string>('windows').put('k', 'w', 200_000);
        await opened.commit(at(6));
        equal(rows.get('a'), 'uncommitted');
        deepEqual(await collect(rows.all()), [['a', 'uncommitted']]);
        view.refresh();
        deepEqual(
          (await collect(windows.all())).map(({ startMs }) => startMs),
          [200_000],
        );
        deepEqual(view.inputPositions, new Map([['in-0', 6]]));
        await view.close();
        equal(store.get('a'), 'uncommitted');
        await opened.commit(at(7));
        await opened.state.close();
      },
    },
    {
      name: 'a view of a folder without state is refused, and leaves no folder',
      run: () =>
        rejects(openCommittedView(world.directory() ?? '', []), { code: 'STATE_NOT_FOUND', kind: 'unavailable' }),
    },
  ];
}
