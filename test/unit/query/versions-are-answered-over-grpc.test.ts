import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runCli } from '../../../src/cli/cli.js';
import type { QueryClient } from '../../../src/query/client/query-client.js';
import { Isolation, ReadOptions } from '../../../src/query/gen/millrace/query/v1/read_options.js';
import type { Record } from '../../../src/query/gen/millrace/query/v1/record.js';
import {
  GetRequest,
  ListVersionsRequest,
  MultiGetRequest,
} from '../../../src/query/gen/millrace/query/v1/state_query_service.js';
import { long, string } from '../../../src/serde/index.js';
import type { VersionedKeyValueStore } from '../../../src/state/store.js';
import { keyValueStore, versionedKeyValueStore } from '../../../src/topology/store-definitions.js';
import { ServedQueries, TaskOnDisk } from '../../support/served-queries.js';

const PRICES = versionedKeyValueStore({ name: 'prices', key: string(), value: long(), historyRetention: '1h' });
const TOTALS = keyValueStore({ name: 'totals', key: string(), value: long() });

let task: TaskOnDisk;
let served: ServedQueries;
let client: QueryClient;

beforeEach(async () => {
  task = await TaskOnDisk.open([PRICES, TOTALS]);
  served = await ServedQueries.start(task.application);
  client = served.client;
});
afterEach(async () => {
  await served.close();
  await task.close();
});

/** Prices by the second since which they are valid; null: none from then on. */
function price(key: string, prices: readonly (readonly [number, number | null])[]): void {
  const store = task.store<VersionedKeyValueStore<string, number>>('prices');
  for (const [seconds, value] of prices) store.put(key, value, seconds * 1_000);
}

const ofTea = { store: 'prices', key: 'tea' };
const at = (seconds: number) => ({ seconds, nanos: 0 });
const uncommitted = ReadOptions.create({ isolation: Isolation.ISOLATION_READ_UNCOMMITTED });
const text = ({ timestamp, validTo, value }: Record): string =>
  `${timestamp?.seconds}-${validTo?.seconds ?? ''}: ${String(value)}`;

async function found(request: Partial<ListVersionsRequest> = {}): Promise<string[]> {
  const versions: string[] = [];
  for await (const message of client.listVersions(ListVersionsRequest.create({ ...ofTea, ...request }))) {
    versions.push(...message.versions.map(text));
  }
  return versions;
}
async function got(request: Partial<GetRequest> = {}): Promise<string | undefined> {
  const { record } = await client.get(GetRequest.create({ ...ofTea, ...request }));
  return record && text(record);
}

describe('the versions of a key', () => {
  beforeEach(async () => {
    price('tea', [[10, 1], [30, 3], [20, 2], [40, null], [50, 5]]); // prettier-ignore
    price('salt', [[10, 9]]);
    await task.commit();
  });

  it('come oldest first, with their ends and the input that they include; deletions are gaps', async () => {
    expect(await found()).toEqual(['10-20: 1', '20-30: 2', '30-40: 3', '50-: 5']);
    expect(await found({ key: 'nothing' })).toEqual([]);
    const messages = [];
    for await (const message of client.listVersions(ListVersionsRequest.create(ofTea))) messages.push(message);
    expect(messages.at(-1)?.position?.offsets).toEqual([{ topic: 'in', partition: 0, offset: 7 }]);
  });

  it('are those valid at some time of the range, its ends included, up to a limit', async () => {
    expect(await found({ timeFrom: at(20), timeTo: at(30) })).toEqual(['20-30: 2', '30-40: 3']);
    expect(await found({ timeFrom: at(40), timeTo: at(49) })).toEqual([]);
    expect(await found({ timeFrom: at(99) })).toEqual(['50-: 5']);
    expect(await found({ limit: 2 })).toEqual(['10-20: 1', '20-30: 2']);
  });

  it('are got one by one: the latest, or the one that was valid then', async () => {
    expect(await got()).toBe('50-: 5');
    const times = [9, 10, 29, 40, 49, 50, 99].map((seconds) => got({ asOf: at(seconds) }));
    expect(await Promise.all(times)).toEqual([undefined, '10-20: 1', '20-30: 2', undefined, undefined, '50-: 5', '50-: 5']); // prettier-ignore
    expect(await got({ key: 'nothing' })).toBeUndefined();
  });

  it('are the committed ones unless the others are asked for', async () => {
    price('tea', [[60, 6]]);
    expect([await got(), await got({ options: uncommitted })]).toEqual(['50-: 5', '60-: 6']);
    expect((await found({ timeFrom: at(55) })).at(-1)).toBe('50-: 5');
    expect((await found({ timeFrom: at(55), options: uncommitted })).at(-1)).toBe('60-: 6');
    await task.commit();
    expect(await found({ timeFrom: at(55) })).toEqual(['50-60: 5', '60-: 6']);
  });

  it('are gone when they ended longer ago than the retention, the latest one never', async () => {
    price('salt', [[50 + 2 * 3_600, 8]]);
    await task.commit();
    await task.deleteExpired();
    expect(await found()).toEqual(['50-: 5']);
    expect([await got({ asOf: at(35) }), await got({ asOf: at(55) })]).toEqual([undefined, '50-: 5']);
  });

  it('come in batches, however many they are', async () => {
    price(
      'rice',
      Array.from({ length: 1_000 }, (_, second) => [second, second] as const),
    );
    await task.commit();
    const versions = await found({ key: 'rice' });
    expect([versions.length, versions[500], versions.at(-1)]).toEqual([1_000, '500-501: 500', '999-: 999']);
  });

  it('have a twin in JSON', async () => {
    const messages = await served.json('ListVersions', { ...ofTea, timeFrom: '1970-01-01T00:00:35Z', limit: '1' });
    const valid = { timestamp: '1970-01-01T00:00:30.000Z', validTo: '1970-01-01T00:00:40.000Z' };
    expect(messages[0]).toEqual({ versions: [{ key: 'tea', value: 3, ...valid }] });
    const [answer] = await served.json('Get', { ...ofTea, asOf: '1970-01-01T00:00:35Z' });
    expect(answer).toMatchObject({ record: { value: 3, ...valid } });
  });
});

describe('the command line', () => {
  beforeEach(async () => {
    price('tea', [[10, 1], [30, 3]]); // prettier-ignore
    await task.commit();
  });

  async function printed(...args: string[]): Promise<unknown[]> {
    let out = '';
    const write = (part: string): void => void (out += part);
    const terminal = { interactive: false, colour: false, out: write, error: write };
    expect(await runCli(['query', ...args, '--address', served.address, '-o', 'jsonl'], terminal)).toBe(0);
    return out.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as unknown]));
  }

  it('prints the versions of a key', async () => {
    const from = (second: number): string => `1970-01-01T00:00:${second}.000Z`;
    expect(await printed('versions', 'prices', 'tea')).toEqual([
      { key: 'tea', valid_from: from(10), valid_to: from(30), value: 1 },
      { key: 'tea', valid_from: from(30), valid_to: null, value: 3 },
    ]);
    expect(await printed('versions', 'prices', 'tea', '--to', '1970-01-01T00:00:29Z', '--limit', '5')).toHaveLength(1);
  });

  it('prints what was valid at a time', async () => {
    expect(await printed('get', 'prices', 'tea', '--as-of', '29999')).toMatchObject([{ value: 1 }]);
    expect(await printed('get', 'prices', 'tea', '--as-of', '9000')).toEqual([]);
    expect(await printed('get', 'prices', 'tea')).toMatchObject([{ value: 3 }]);
  });

  it.each(['yesterday', '1969-12-31T00:00:00Z'])('refuses %s as a time', async (time) => {
    let error = '';
    const terminal = { interactive: false, colour: false, out: () => undefined, error: (part: string) => void (error += part) }; // prettier-ignore
    expect(await runCli(['query', 'get', 'prices', 'tea', '--as-of', time], terminal)).not.toBe(0);
    expect(error).toContain(`--as-of is "${time}"`);
  });
});

describe('what cannot be answered', () => {
  const invalid = { context: { grpcCode: status.INVALID_ARGUMENT } };

  it.each([
    ['a store of another kind', { store: 'totals' }, 'Get, MultiGet'],
    ['no key', { key: undefined }, 'serde string'],
    ['a range that ends before it begins', { timeFrom: at(2), timeTo: at(1) }, 'time_from is after time_to'],
    ['a time that is none', { timeTo: { seconds: 1, nanos: -1 } }, 'time_to is not a time'],
    ['a negative limit', { limit: -1 }, 'limit is negative'],
  ])('says so: %s', async (_, request, message) => {
    const failure: unknown = await found(request).catch((error: unknown) => error);
    expect(failure).toMatchObject(invalid);
    expect(String(failure)).toContain(message);
  });

  it.each([
    ['as_of of a store without versions', { store: 'totals', asOf: at(1) }, 'as_of is for versioned stores'],
    ['as_of that is no time', { asOf: { seconds: 1, nanos: 2e9 } }, 'as_of is not a time'],
  ])('says so: %s', async (_, request, message) => {
    const failure: unknown = await got(request).catch((error: unknown) => error);
    expect(failure).toMatchObject(invalid);
    expect(String(failure)).toContain(message);
  });

  it('names the methods for a versioned store that is read by another', async () => {
    await expect(served.json('MultiGet', MultiGetRequest.create({ store: 'prices' }))).rejects.toMatchObject({
      code: 'UNKNOWN_QUERY_TYPE',
      hint: 'Use Get or ListVersions.',
    });
  });

  it('names the field of JSON that is no time or no number', async () => {
    const bad = (fields: object) => served.json('ListVersions', { ...ofTea, ...fields });
    await expect(bad({ timeFrom: 'yesterday' })).rejects.toMatchObject({
      code: 'BAD_TIME',
      context: { field: 'time_from' },
    });
    await expect(bad({ limit: 'some' })).rejects.toMatchObject({ code: 'BAD_LIMIT', context: { field: 'limit' } });
  });
});
