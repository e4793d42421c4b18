import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GetRequest, ListRequest, MultiGetRequest, RangeRequest } from '../../../src/query/gen/millrace/query/v1/state_query_service.js'; // prettier-ignore
import { ListInstancesRequest, ListTasksRequest } from '../../../src/query/gen/millrace/query/v1/topology_service.js';
import type { ClusterMember } from '../../../src/runtime/cluster-view.js';
import { systemClock } from '../../../src/util/time.js';
import { SharingInstance, taskOf } from '../../support/cluster/shared-balances.js';

const KEYS = Array.from({ length: 40 }, (_, index) => `key-${index}`);
/** `a` runs two tasks and `b` the others; each stands by for the tasks of the other. */
const OF_A = ['0_0', '0_1'];
const OF_B = ['0_2', '0_3'];
const aKeyOf = (tasks: readonly string[]): string => KEYS.find((key) => tasks.includes(taskOf(key))) ?? '';
const SOON = 3_000;
const LONG = 60_000;

let a: SharingInstance;
let b: SharingInstance;
let known: boolean;
let view: ClusterMember[] | undefined;

const within = (ms: number) => ({ deadlineMs: systemClock.nowMs() + ms });
const get = (of: SharingInstance, key: string, ms = LONG, options?: Parameters<typeof GetRequest.fromPartial>[0]['options']) =>
  of.queries.get(GetRequest.fromPartial({ store: 'balances', key, options }), within(ms)); // prettier-ignore

async function ranged(of: SharingInstance, limit = 0): Promise<unknown[]> {
  const keys: unknown[] = [];
  for await (const { records } of of.queries.range(
    RangeRequest.fromPartial({ store: 'balances', limit }),
    within(LONG),
  ))
    keys.push(...records.map(({ key }) => key as unknown));
  return keys;
}

beforeEach(async () => {
  known = true;
  view = undefined;
  const seen = (): ClusterMember[] | undefined => (known ? view : undefined);
  a = await SharingInstance.start('a', seen);
  b = await SharingInstance.start('b', seen);
  for (const task of OF_A) await a.hold(task, 'running');
  for (const task of OF_B) await b.hold(task, 'running');
  view = [
    { instanceId: 'a', endpoint: a.endpoint, active: OF_A, standby: OF_B },
    { instanceId: 'b', endpoint: b.endpoint, active: OF_B, standby: OF_A },
  ];
  KEYS.forEach((key, index) => {
    (OF_A.includes(taskOf(key)) ? a : b).put(key, index);
  });
});
afterEach(async () => {
  await a.close();
  await b.close();
});

describe('a point read', () => {
  it('finds every key through either instance', async () => {
    for (const instance of [a, b])
      for (const [index, key] of KEYS.entries()) expect((await get(instance, key)).record?.value).toBe(index);
  });

  it('finds a key that another partitioner has put elsewhere', async () => {
    const key = 'of-another-partitioner';
    const elsewhere = [...OF_A, ...OF_B].find((task) => task !== taskOf(key)) ?? '';
    (OF_A.includes(elsewhere) ? a : b).put(key, 7, elsewhere);
    for (const instance of [a, b]) expect((await get(instance, key)).record?.value).toBe(7);
  });

  it('says that a key is absent when every task has said so, and how far all have come', async () => {
    const { record, position } = await get(a, 'none');
    expect(record).toBeUndefined();
    expect(position?.offsets.map(({ partition }) => partition).sort()).toEqual([0, 1, 2, 3]);
  });

  it('takes many keys at once, in the order of the request', async () => {
    const keys = [...KEYS.toReversed(), 'none'];
    const { results } = await b.queries.multiGet(
      MultiGetRequest.fromPartial({ store: 'balances', keys }),
      within(LONG),
    );
    expect(results.map(({ record }) => record?.key as unknown)).toEqual([...KEYS.toReversed(), undefined]);
  });
});

describe('a scan', () => {
  it('gives every row once, partition by partition, through either instance', async () => {
    const rows = await ranged(a);
    expect(rows.toSorted()).toEqual(KEYS.toSorted());
    expect(rows.map((key) => taskOf(String(key)))).toEqual(rows.map((key) => taskOf(String(key))).toSorted());
    expect(await ranged(b)).toEqual(rows);
    expect(await ranged(b, 23)).toEqual(rows.slice(0, 23));
  });

  it('is read page by page, by tokens that are good at either instance', async () => {
    const keys: unknown[] = [];
    let pageToken = '';
    do {
      const request = ListRequest.fromPartial({ store: 'balances', pageSize: 7, pageToken });
      const page = await (keys.length > 20 ? b : a).queries.list(request, within(LONG));
      keys.push(...page.records.map(({ key }) => key as unknown));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(keys).toEqual(await ranged(a));
  });

  it('refuses a token of another request', async () => {
    const { nextPageToken: pageToken } = await a.queries.list(
      ListRequest.fromPartial({ store: 'balances', pageSize: 1 }),
    );
    const other = a.queries.list(ListRequest.fromPartial({ store: 'balances', reverse: true, pageToken }));
    await expect(other).rejects.toMatchObject({ code: 'BAD_PAGE_TOKEN' });
  });
});

describe('while a task is nowhere', () => {
  it('a read waits until it runs again', async () => {
    const key = aKeyOf(OF_B);
    b.giveUp(taskOf(key));
    const answer = get(a, key);
    await systemClock.sleep(50);
    await b.hold(taskOf(key), 'running');
    expect((await answer).record?.key).toBe(key);
  });

  it('a read is unavailable at its deadline, and an absent key is not said to be absent', async () => {
    b.giveUp('0_3');
    await expect(get(a, 'none', SOON)).rejects.toMatchObject({ code: 'NOT_ACTIVE', kind: 'unavailable' });
  });

  it('a read waits for the first assignment', async () => {
    known = false;
    const answer = get(a, KEYS[0] ?? '');
    await systemClock.sleep(50);
    known = true;
    expect((await answer).record?.value).toBe(0);
  });

  it('the cause of a failure is that of its first try', async () => {
    await b.hold('0_2', 'restoring');
    await b.hold('0_3', 'restoring');
    await expect(get(a, aKeyOf(OF_B), SOON)).rejects.toMatchObject({ code: 'RESTORING' });
  });
});

describe('while an instance does not answer', () => {
  it('replicas answer that are fresh enough for the read, and no others', async () => {
    const key = aKeyOf(OF_B);
    await a.hold(taskOf(key), 'standby', systemClock.nowMs() - 30_000);
    a.put(key, 5);
    await b.deafen();
    expect((await get(a, key, LONG, { maxStaleness: { seconds: 3_600 } })).record?.value).toBe(5);
    await expect(get(a, key, SOON, { maxStaleness: { seconds: 1 } })).rejects.toMatchObject({ code: 'TOO_STALE' });
    await expect(get(a, key, SOON)).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('it is asked again until it does', async () => {
    await b.deafen();
    const answer = get(a, aKeyOf(OF_B));
    await systemClock.sleep(50);
    await b.listen();
    expect((await answer).record?.key).toBe(aKeyOf(OF_B));
  });

  it('what the group knows of it is told', async () => {
    await b.deafen();
    const { instances } = await a.queries.listInstances(ListInstancesRequest.create());
    expect(instances.map(({ instanceId, state, activeTasks }) => [instanceId, state, activeTasks])).toEqual([
      ['a', 'RUNNING', OF_A],
      ['b', 'UNREACHABLE', OF_B],
    ]);
    const { tasks } = await a.queries.listTasks(ListTasksRequest.create());
    expect(tasks.filter(({ instanceId }) => instanceId === 'b').map(({ state }) => state)).toContain('UNREACHABLE');
  });
});

describe('a read from a position on', () => {
  const bounded = (key: string, offset: number) => ({
    minPosition: { offsets: [{ topic: 'in', partition: Number(taskOf(key).slice(2)), offset }] },
  });

  it('waits until the task has come so far', async () => {
    const key = aKeyOf(OF_B);
    const answer = get(a, key, LONG, bounded(key, 12));
    await systemClock.sleep(50);
    b.put(key, 99);
    b.positions.set(`in-${taskOf(key).slice(2)}`, 12);
    expect((await answer).record?.value).toBe(99);
  });

  it('refuses a position in a topic that the tasks of the store do not read', async () => {
    const other = { minPosition: { offsets: [{ topic: 'other', partition: 0, offset: 1 }] } };
    await expect(get(a, aKeyOf(OF_B), LONG, other)).rejects.toMatchObject({ code: 'QUERY_NOT_SUPPORTED' });
  });

  it('says at its deadline how far the task has come', async () => {
    const key = aKeyOf(OF_B);
    await expect(get(a, key, SOON, bounded(key, 12))).rejects.toMatchObject({
      code: 'NOT_UP_TO_BOUND',
      kind: 'unavailable',
    });
  });
});
