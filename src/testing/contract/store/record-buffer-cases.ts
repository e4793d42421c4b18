import { deepEqual, equal, ok } from 'node:assert/strict';
import type { RecordBuffer, WaitingRecord } from '../../../state/store.js';
import { seededRandom } from '../../../util/random.js';
import type { ContractCase } from './contract-case.js';
import { keyValueDefinition, OpenedState, recordBufferDefinition, type StoreWorld } from './store-world.js';

type Buffered = RecordBuffer<string, string>;

/** What the buffer of a stream-table join does (KIP-923): every record waits in its place by time, and leaves it once. */
export function recordBufferCases(world: StoreWorld): ContractCase[] {
  const definitions = [recordBufferDefinition(), keyValueDefinition(world, { name: 'other' })];
  const open = (): Promise<OpenedState> => OpenedState.open(world, definitions);
  return [
    {
      name: 'records that wait come by time, then by key, then as they were put, with where they came from',
      async run() {
        const opened = await open();
        const buffer = opened.recordBuffer<string, string>();
        deepEqual([buffer.first(), buffer.firstTimeMs, buffer.observedTimeMs], [undefined, Infinity, -1]);
        for (const [key, value, time] of [['b', '1', 5], ['a', '2', 5], ['b', '3', 5], ['ab', '4', 5], ['', '5', 7], ['c', '6', 3]] as const) put(opened, key, value, time); // prettier-ignore
        deepEqual([buffer.firstTimeMs, buffer.observedTimeMs], [3, 7]);
        deepEqual(buffer.first()?.context, { topic: 'in', partition: 2, offset: 30, timestamp: 3, headers: [['h', Buffer.from('6')]] }); // prettier-ignore
        deepEqual(drained(buffer), ['3 c=6', '5 a=2', '5 ab=4', '5 b=1', '5 b=3', '7 =5']);
        buffer.removeFirst();
        deepEqual([buffer.firstTimeMs, buffer.observedTimeMs], [Infinity, 7]);
        await opened.state.close();
      },
    },
    {
      name: 'each put and each removal of a waiting record is logged at once, under a key of its own',
      async run() {
        const opened = await open();
        const buffer = opened.recordBuffer<string, string>();
        put(opened, 'a', '1', 5);
        put(opened, 'a', '2', 5);
        buffer.removeFirst();
        const rows = opened.context.logged.map(({ key, value }) => `${key.toString('hex')} ${value === null ? 'gone' : 'there'}`); // prettier-ignore
        const [time, key] = ['00' + '0000000000000005', '61'];
        deepEqual(rows, [`${time}${key}00000001 there`, `${time}${key}00000002 there`, `${time}${key}00000001 gone`]);
        await opened.state.close();
      },
    },
    {
      name: 'an abort brings back what was removed since the commit, and forgets what was put',
      async run() {
        const opened = await open();
        const buffer = opened.recordBuffer<string, string>();
        put(opened, 'a', '1', 1);
        put(opened, 'b', '2', 2);
        await opened.commit();
        buffer.removeFirst();
        opened.state.freeze();
        put(opened, 'c', '9', 9);
        opened.state.abort();
        deepEqual([buffer.firstTimeMs, buffer.observedTimeMs], [1, 2]);
        put(opened, 'b', '3', 2);
        equal(opened.context.logged.at(-1)?.key.readInt32BE(10), 3);
        deepEqual(drained(buffer), ['1 a=1', '2 b=2', '2 b=3']);
        await opened.state.close();
      },
    },
    {
      name: 'a buffer that is restored waits for the rest, and goes on numbering where the log ends',
      async run() {
        const original = await open();
        put(original, 'a', '1', 1);
        put(original, 'b', '2', 2);
        put(original, 'b', '3', 2);
        original.recordBuffer().removeFirst();
        const copy = await original.restored(world);
        const buffer = copy.recordBuffer<string, string>();
        equal(buffer.observedTimeMs, 2);
        put(copy, 'b', '4', 2);
        deepEqual(drained(buffer), ['2 b=2', '2 b=3', '2 b=4']);
        await copy.state.close();
      },
    },
    {
      name: 'records that wait are counted until the commit; those that came and went cost nothing after it',
      async run() {
        const opened = await open();
        put(opened, 'a', 'x'.repeat(10_000), 1);
        ok(opened.state.overlayBytes > 10_000);
        opened.recordBuffer().removeFirst();
        await opened.commit();
        equal(opened.state.overlayBytes, 0);
        equal(opened.recordBuffer().first(), undefined);
        await opened.state.close();
      },
    },
    {
      name: 'records that wait do not outlive their process without the log, whatever stands beside them on disk',
      async run() {
        const opened = await open();
        put(opened, 'a', '1', 1);
        const at = { topicId: 't', leaderEpoch: 0, offset: 1 };
        const changelogs = new Map([['store', at], ['other', at]]); // prettier-ignore
        await opened.commit({ changelogs, inputs: new Map() });
        const again = await opened.reopen(world);
        equal(again.recordBuffer().first(), undefined);
        equal(again.state.changelogPosition('store'), undefined);
        deepEqual(again.state.changelogPosition('other'), world.durable ? at : undefined);
        await again.state.close();
      },
    },
    ...[1, 2, 3].map((seed) => ({
      name: `any sequence of records that wait, commits, aborts and restores gives what a sorted list would, seed ${seed}`,
      run: () => compareWithList(world, open, seed),
    })),
  ];
}

async function compareWithList(world: StoreWorld, open: () => Promise<OpenedState>, seed: number): Promise<void> {
  const random = seededRandom(seed);
  const upTo = (limit: number): number => Math.floor(random.next() * limit);
  let opened = await open();
  let waiting: readonly string[] = [];
  let committed = waiting;
  let loggedWithCommit = 0;
  for (let step = 100; step < 500; step++) {
    const what = upTo(20);
    if (what < 9) {
      const [key, time] = [['a', 'ab', 'b', ''][upTo(4)] ?? '', upTo(10)];
      put(opened, key, String(step), time);
      waiting = [...waiting, `${time} ${key}=${step}`].sort(); // a value tells the step, so equal times and keys stay in order
    } else if (what < 17) {
      opened.recordBuffer().removeFirst();
      waiting = waiting.slice(1);
    } else if (what === 17) {
      await opened.commit();
      committed = waiting;
      loggedWithCommit = opened.context.logged.length;
    } else {
      opened.state.abort();
      waiting = committed;
      opened.context.logged.length = loggedWithCommit; // as under read_committed
      if (what === 19) opened = await opened.restored(world);
    }
    const first = opened.recordBuffer<string, string>().first();
    equal(first && text(first), waiting[0]);
  }
  deepEqual(drained(opened.recordBuffer()), waiting);
  await opened.state.close();
}

function put(opened: OpenedState, key: string, value: string, timestamp: number): void {
  const headers: [string, Buffer][] = [['h', Buffer.from(value)]];
  opened.recordBuffer().put(key, value, { topic: 'in', partition: 2, offset: 10 * timestamp, timestamp, headers });
}

function drained(buffer: Buffered): string[] {
  const records: string[] = [];
  for (let first = buffer.first(); first !== undefined; first = buffer.first()) {
    records.push(text(first));
    buffer.removeFirst();
  }
  return records;
}

function text({ key, value, context }: WaitingRecord<string, string>): string {
  return `${context.timestamp} ${key}=${value}`;
}
