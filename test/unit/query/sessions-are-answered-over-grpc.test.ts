import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runCli } from '../../../src/cli/cli.js';
import type { QueryClient } from '../../../src/query/client/query-client.js';
import { Isolation, ReadOptions } from '../../../src/query/gen/millrace/query/v1/read_options.js';
import { FetchSessionsRequest, GetRequest } from '../../../src/query/gen/millrace/query/v1/state_query_service.js';
import { long, string } from '../../../src/serde/index.js';
import type { SessionStore } from '../../../src/state/store.js';
import { keyValueStore, sessionStore } from '../../../src/topology/store-definitions.js';
import { ServedQueries, TaskOnDisk } from '../../support/served-queries.js';

const VISITS = sessionStore({ name: 'visits', key: string(), value: long(), retention: '1h' });
const TOTALS = keyValueStore({ name: 'totals', key: string(), value: long() });

let task: TaskOnDisk;
let served: ServedQueries;
let client: QueryClient;

beforeEach(async () => {
  task = await TaskOnDisk.open([VISITS, TOTALS]);
  served = await ServedQueries.start(task.application);
  client = served.client;
});
afterEach(async () => {
  await served.close();
  await task.close();
});

const visits = (): SessionStore<string, number> => task.store('visits');

/** Sessions of 1 s from these times on, in seconds; each has its start as its value. */
function visit(key: string, ...starts: number[]): void {
  for (const start of starts) visits().put({ key, start: start * 1_000, end: (start + 1) * 1_000 }, start);
}

async function found(request: Partial<FetchSessionsRequest> = {}): Promise<string[]> {
  const spans: string[] = [];
  for await (const { sessions } of client.fetchSessions(FetchSessionsRequest.create({ ...bob, ...request }))) {
    spans.push(...sessions.map((each) => `${each.windowStart?.seconds}-${each.windowEnd?.seconds}`));
  }
  return spans;
}
const bob = { store: 'visits', key: 'bob' };
const at = (seconds: number) => ({ seconds, nanos: 0 });
const uncommitted = ReadOptions.create({ isolation: Isolation.ISOLATION_READ_UNCOMMITTED });

describe('the sessions of a key', () => {
  beforeEach(async () => {
    visit('bob', 10, 20, 30);
    visit('ann', 20);
    await task.commit();
  });

  it('come by their end, with their values and the input that they include', async () => {
    expect(await found()).toEqual(['10-11', '20-21', '30-31']);
    const messages = [];
    for await (const message of client.fetchSessions(FetchSessionsRequest.create(bob))) messages.push(message);
    expect(messages[0]?.sessions[0]?.record).toMatchObject({ key: 'bob', value: 10 });
    expect(messages.at(-1)?.position?.offsets).toEqual([{ topic: 'in', partition: 0, offset: 7 }]);
  });

  it('are those that touch the time range, its ends included, up to a limit', async () => {
    expect(await found({ timeFrom: at(21), timeTo: at(30) })).toEqual(['20-21', '30-31']);
    expect(await found({ timeFrom: at(22), timeTo: at(29) })).toEqual([]);
    expect(await found({ limit: 2 })).toEqual(['10-11', '20-21']);
    expect(await found({ key: 'nobody' })).toEqual([]);
  });

  it('are the committed ones unless the others are asked for', async () => {
    visit('bob', 40);
    visits().remove({ key: 'bob', start: 10_000, end: 11_000 });
    expect(await found()).toEqual(['10-11', '20-21', '30-31']);
    expect(await found({ options: uncommitted })).toEqual(['20-21', '30-31', '40-41']);
    await task.commit();
    expect(await found()).toEqual(['20-21', '30-31', '40-41']);
  });

  it('are gone when they ended longer ago than they are kept', async () => {
    visit('ann', 30 + 2 * 3_600);
    await task.commit();
    expect(await found()).toEqual([]);
  });

  it('have a twin in JSON', async () => {
    const messages = await served.json('FetchSessions', { ...bob, limit: 1 });
    const span = { windowStart: '1970-01-01T00:00:10.000Z', windowEnd: '1970-01-01T00:00:11.000Z' };
    expect(messages[0]).toEqual({ sessions: [{ record: { key: 'bob', value: 10 }, ...span }] });
  });

  it('are printed by the command line', async () => {
    let text = '';
    const out = (part: string): void => void (text += part);
    const terminal = { interactive: false, colour: false, out, error: out };
    const args = ['query', 'sessions', 'visits', 'bob', '--address', served.address, '-o', 'jsonl'];
    expect(await runCli([...args, '--from', '1970-01-01T00:00:22Z', '--limit', '1'], terminal)).toBe(0);
    const span = { window_start: '1970-01-01T00:00:30.000Z', window_end: '1970-01-01T00:00:31.000Z' };
    expect(JSON.parse(text)).toEqual({ key: 'bob', ...span, value: 30 });
  });
});

describe('what cannot be answered', () => {
  it.each([
    ['a store of another kind', { store: 'totals' }, 'Get, MultiGet'],
    ['no key', { key: undefined }, 'serde string'],
    ['a key of another type', { key: 5 }, 'serde string'],
    ['a range that ends before it begins', { timeFrom: at(2), timeTo: at(1) }, 'time_from is after time_to'],
    ['a negative limit', { limit: -1 }, 'limit is negative'],
  ])('says so: %s', async (_, request, text) => {
    const failure: unknown = await found(request).catch((error: unknown) => error);
    expect(failure).toMatchObject({ context: { grpcCode: status.INVALID_ARGUMENT } });
    expect(String(failure)).toContain(text);
  });

  it('names the method for a session store that is read by another', async () => {
    await expect(client.get(GetRequest.create(bob))).rejects.toThrow('FetchSessions');
  });
});
