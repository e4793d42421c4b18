import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { CommittedViews } from '../../../src/query/committed-views.js';
import { GetRequest } from '../../../src/query/gen/millrace/query/v1/state_query_service.js';
import { createLocalStateQueries } from '../../../src/query/local-state-queries.js';
import { SnapshotApplication } from '../../../src/query/snapshot-application.js';
import { StoreCatalog } from '../../../src/query/store-catalog.js';
import { long, string } from '../../../src/serde/index.js';
import { openTaskState } from '../../../src/state/open-task-state.js';
import type { KeyValueStore } from '../../../src/state/store.js';
import type { TaskState } from '../../../src/state/task-state.js';
import { keyValueStore } from '../../../src/topology/store-definitions.js';
import { Topology } from '../../../src/topology/topology.js';
import { systemClock } from '../../../src/util/time.js';

const BALANCES = keyValueStore({ name: 'balances', key: string(), value: long() });
const topology = new Topology()
  .addSource('in', { topics: 'in', key: string(), value: string() })
  .addProcessor('count', () => ({ process: () => undefined }), { parents: 'in' })
  .addStateStore(BALANCES, 'count')
  .build();

let folder: string;
let state: TaskState;
let views: CommittedViews;
let application: SnapshotApplication;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-views-'));
  state = await openTask();
  views = new CommittedViews(topology, (taskId) => join(folder, taskId));
  application = new SnapshotApplication('bank', 'here', topology, views, () => Promise.resolve(), systemClock);
});
afterEach(async () => {
  await views.close();
  await state.close();
  await rm(folder, { recursive: true, force: true });
});

function openTask(): Promise<TaskState> {
  const nothing = { recordContext: () => undefined, changelog: () => undefined, onExpired: () => undefined };
  const context = { taskId: '0_0', ...nothing };
  return openTaskState({ directory: join(folder, '0_0'), definitions: [BALANCES], context, cacheMaxBytes: 0 });
}

function put(key: string, value: number): void {
  (state.stores.get('balances') as KeyValueStore<string, number>).put(key, value);
}

async function commit(offset: number): Promise<void> {
  state.freeze();
  await state.apply({ changelogs: new Map(), inputs: new Map([['in-0', offset]]) });
}

function know(status: 'running' | 'restoring', opening = 1): void {
  const store = { name: 'balances', changelogTopic: undefined, restoredOffset: 3, endOffset: 10 };
  const task = { id: '0_0', subTopology: 0, partition: 0, status, inputs: [], stores: [store], opening };
  application.update({ state: 'RUNNING', tasks: [task], standbys: [], cluster: undefined });
}

const get = (key: string) =>
  createLocalStateQueries(new StoreCatalog(() => [application]), systemClock).get(
    GetRequest.create({ store: 'balances', key }),
  );

it('is what the last commit made it, with the input that it includes', async () => {
  know('running');
  put('a', 1);
  expect((await get('a')).record).toBeUndefined();
  await commit(5);
  put('a', 2);
  const { record, position } = await get('a');
  expect(record?.value).toBe(1);
  expect(position?.offsets).toEqual([{ topic: 'in', partition: 0, offset: 5 }]);
});

it('is not there while its task restores, or is unknown', async () => {
  await expect(get('a')).rejects.toMatchObject({ code: 'NOT_ACTIVE', kind: 'unavailable' });
  know('restoring');
  await expect(get('a')).rejects.toMatchObject({ code: 'RESTORING', context: { remaining: 7 } });
});

it('is read anew when its task was opened anew', async () => {
  know('running');
  put('a', 1);
  await commit(5);
  await get('a');
  await state.close();
  state = await openTask();
  know('running', 2);
  put('a', 3);
  await commit(6);
  expect((await get('a')).record?.value).toBe(3);
});
