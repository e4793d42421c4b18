import { describe, expect, it } from '@jest/globals';
import { string } from '../../../src/serde/index.js';
import { openTaskState } from '../../../src/state/open-task-state.js';
import type { ChangeBuffer, ChangeBufferDefinition } from '../../../src/state/store.js';
import type { TaskState } from '../../../src/state/task-state.js';
import { NO_HEADERS, type Headers } from '../../../src/util/headers.js';
import { restoreRecord } from '../../../src/testing/contract/store/restore-record.js';

const definition: ChangeBufferDefinition = {
  kind: 'changeBuffer',
  name: 'held',
  keySerde: string(),
  valueSerde: string(),
  storage: 'memory',
  caching: false,
  logging: { topicConfig: {} },
};
const origin = { topic: 'in', partition: 0, offset: 0, timestamp: 5, headers: NO_HEADERS };
const COMMIT = { changelogs: new Map(), inputs: new Map() };
const START = { topicId: 't', leaderEpoch: 0, offset: 1 };

interface Logged {
  readonly key: Buffer;
  readonly value: Buffer | null;
  readonly headers: Headers;
}

async function open(): Promise<{ state: TaskState; buffer: ChangeBuffer<string, string>; log: Logged[] }> {
  const log: Logged[] = [];
  const context = {
    taskId: '0_0',
    recordContext: () => undefined,
    changelog: () => ({
      log: (key: Buffer, value: Buffer | null, _timestamp: number, headers: Headers) => {
        log.push({ key, value, headers });
      },
    }),
    onExpired: () => undefined,
  };
  const state = await openTaskState({ directory: undefined, definitions: [definition], context, cacheMaxBytes: 0 });
  return { state, buffer: state.stores.get('held') as ChangeBuffer<string, string>, log };
}

async function commit(state: TaskState): Promise<void> {
  while (state.flushCaches(1) > 0);
  state.freeze();
  await state.apply(COMMIT);
}

function drained(buffer: ChangeBuffer<string, string>): [number, string, string | null][] {
  const rows: [number, string, string | null][] = [];
  for (let first = buffer.first(); first !== undefined; first = buffer.first()) {
    rows.push([first.timeMs, first.key, first.newValue]);
    buffer.removeFirst();
  }
  return rows;
}

describe('a buffer of changes', () => {
  it('gives the oldest first, and those of one time by key; a later change keeps the place of the first', async () => {
    const { buffer } = await open();
    buffer.put(7, 'b', '1', null, origin);
    buffer.put(7, 'a', '2', null, origin);
    buffer.put(3, 'c', '3', null, origin);
    buffer.put(9, 'b', '4', '1', origin);
    expect(drained(buffer)).toEqual([
      [3, 'c', '3'],
      [7, 'a', '2'],
      [7, 'b', '4'],
    ]);
  });

  it('knows what a key was before it was held back', async () => {
    const { buffer } = await open();
    buffer.put(1, 'k', '2', '1', origin);
    buffer.put(2, 'k', '3', '2', origin);
    expect([buffer.priorValue('k'), buffer.priorValue('other')]).toEqual(['1', undefined]);
  });

  it('logs each changed key once per commit, also one that came and went', async () => {
    const { state, buffer, log } = await open();
    buffer.put(1, 'a', '1', null, origin);
    buffer.put(1, 'a', '2', '1', origin);
    buffer.put(0, 'b', '1', null, origin);
    buffer.removeFirst();
    await commit(state);
    expect(log.map(({ key, value }) => [key.toString(), value !== null])).toEqual([
      ['a', true],
      ['b', false],
    ]);
  });

  it('is after an abort as it was committed', async () => {
    const { state, buffer } = await open();
    buffer.put(1, 'a', '1', null, origin);
    await commit(state);
    const bytes = buffer.bytes;
    buffer.put(0, 'b', 'x', null, origin);
    buffer.put(1, 'a', '2', '1', origin);
    state.abort();
    expect([buffer.size, buffer.bytes, buffer.firstTimeMs]).toEqual([1, bytes, 1]);
    expect(drained(buffer)).toEqual([[1, 'a', '1']]);
  });

  it('has no first record when it is empty, and nothing to remove', async () => {
    const { state, buffer, log } = await open();
    buffer.removeFirst();
    await commit(state);
    expect([buffer.first(), buffer.firstTimeMs, log]).toEqual([undefined, Infinity, []]);
  });

  it('weighs a header by its name and its value, if it has one', async () => {
    const { buffer } = await open();
    const bytesWith = (headers: Headers): number => {
      buffer.put(1, 'a', '1', null, { ...origin, headers });
      return buffer.bytes;
    };
    const without = bytesWith([]);
    expect(bytesWith([['name', null]]) - without).toBe(4);
    expect(bytesWith([['name', Buffer.from('value')]]) - without).toBe(9);
    expect(buffer.first()?.context.headers).toEqual([['name', Buffer.from('value')]]);
  });

  it('is restored from its changelog', async () => {
    const from = await open();
    for (const [time, key] of [
      [2, 'b'],
      [1, 'a'],
      [3, 'c'],
    ] as const)
      from.buffer.put(time, key, 'v', null, origin);
    await commit(from.state);
    from.buffer.removeFirst();
    await commit(from.state);
    const to = await open();
    const restorer = to.state.restorer('held');
    for (const { key, value, headers } of from.log) restoreRecord(restorer, { key, value, headers });
    await restorer.flush(START);
    expect(drained(to.buffer)).toEqual([
      [2, 'b', 'v'],
      [3, 'c', 'v'],
    ]);
  });

  it.each<[string, Headers]>([
    ['of format 1', [['v', Buffer.from([1])]]],
    ['of format 0', NO_HEADERS],
  ])('refuses a changelog %s', async (format, headers) => {
    const { state } = await open();
    const restorer = state.restorer('held');
    const restore = (): void => {
      restoreRecord(restorer, { key: Buffer.from('k'), value: Buffer.alloc(8), headers });
    };
    expect(restore).toThrow(format);
  });
});
