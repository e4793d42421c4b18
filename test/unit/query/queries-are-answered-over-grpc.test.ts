import { credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../../src/observability/log.js';
import { createPrometheusMetrics } from '../../../src/observability/prometheus-metrics.js';
import { createQueryClient, type QueryClient } from '../../../src/query/client/query-client.js';
import {
  FetchWindowsRequest,
  GetRequest,
  ListRequest,
  RangeRequest,
  StateQueryServiceClient,
  StoreKind,
  WatchRequest,
  type ListResponse,
} from '../../../src/query/gen/millrace/query/v1/state_query_service.js';
import { createLocalStateQueries } from '../../../src/query/local-state-queries.js';
import { startQueryServer, type QueryServer } from '../../../src/query/server/query-server.js';
import { StoreCatalog } from '../../../src/query/store-catalog.js';
import { createTopologyQueries } from '../../../src/query/topology-queries.js';
import { systemClock } from '../../../src/util/time.js';
import { nothingRunning } from '../../support/nothing-running.js';
import { ReadableFixture } from '../../support/readable-application.js';

const MINUTE = 60_000;
let bank: ReadableFixture;
let server: QueryServer;
let client: QueryClient;
let raw: StateQueryServiceClient;
const metrics = createPrometheusMetrics({ processMetrics: false });
const applications: ReadableFixture[] = [];

beforeEach(async () => {
  bank = await ReadableFixture.open();
  applications.splice(0, Infinity, bank);
  const catalog = new StoreCatalog(() => applications);
  const state = createLocalStateQueries(catalog, systemClock);
  const topology = createTopologyQueries(catalog, { grpc: '', http: '' }, nothingRunning);
  const common = { clock: systemClock, metrics, log: silentLogger };
  server = await startQueryServer({ host: '127.0.0.1', port: 0, state, topology, ...common });
  client = createQueryClient({ address: `127.0.0.1:${server.port}`, clock: systemClock });
  raw = new StateQueryServiceClient(`127.0.0.1:${server.port}`, credentials.createInsecure());
});
afterEach(async () => {
  client.close();
  raw.close();
  await server.close();
  for (const application of applications) await application.close();
});

async function keysOf(request: Partial<RangeRequest>): Promise<unknown[]> {
  const keys: unknown[] = [];
  for await (const { records } of client.range(RangeRequest.create({ store: 'balances', ...request }))) {
    keys.push(...records.map(({ key }) => key as unknown));
  }
  return keys;
}

describe('key-value stores', () => {
  it('give a key from whichever task has it, and no record for one that none has', async () => {
    bank.balances(1).put('b1', 250);
    const { record, position } = await client.get(GetRequest.create({ store: 'balances', key: 'b1' }));
    expect(record).toMatchObject({ key: 'b1', value: 250 });
    expect(position?.offsets).toContainEqual({ topic: 'in', partition: 1, offset: 7 });
    expect((await client.get(GetRequest.create({ store: 'balances', key: 'b2' }))).record).toBeUndefined();
  });

  it('give bytes when asked', async () => {
    bank.balances(0).put('b1', 1);
    const options = { isolation: 0, minPosition: undefined, maxStaleness: undefined, raw: true };
    const { record } = await client.get(GetRequest.create({ store: 'balances', key: 'b1', options }));
    expect(record?.rawKey.toString()).toBe('b1');
    expect(record?.rawValue.toString('hex')).toBe('0000000000000001');
  });

  it('are scanned task after task, by range, by prefix, in either order, up to a limit', async () => {
    for (const key of ['a1', 'a2', 'b1']) bank.balances(0).put(key, 1);
    bank.balances(1).put('a3', 1);
    expect(await keysOf({})).toEqual(['a1', 'a2', 'b1', 'a3']);
    expect(await keysOf({ from: 'a2', to: 'a9' })).toEqual(['a2', 'a3']);
    expect(await keysOf({ prefix: 'a' })).toEqual(['a1', 'a2', 'a3']);
    expect(await keysOf({ reverse: true })).toEqual(['b1', 'a2', 'a1', 'a3']);
    expect(await keysOf({ limit: 2 })).toEqual(['a1', 'a2']);
  });

  it('stream more than a client takes at once', async () => {
    for (let index = 0; index < 5_000; index++) bank.balances(0).put(`key-${index}`, index);
    expect((await keysOf({})).length).toBe(5_000);
  });

  it('are listed in pages that neither miss nor repeat a key', async () => {
    for (let index = 0; index < 12; index++) bank.balances(index < 7 ? 0 : 1).put(`key-${index}`, index);
    const keys: unknown[] = [];
    let pageToken = '';
    do {
      const page: ListResponse = await list({ pageSize: 5, pageToken });
      keys.push(...page.records.map(({ key }) => key as unknown));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(keys).toEqual(await keysOf({}));
    expect(new Set(keys).size).toBe(12);
  });
});

describe('window stores', () => {
  beforeEach(() => {
    for (const start of [0, MINUTE, 2 * MINUTE]) {
      bank.totals(0).put('s1', { value: { total: start }, timestamp: start + 5 }, start);
    }
    bank.totals(1).put('s2', { value: { total: 1 }, timestamp: 1 }, MINUTE);
  });

  async function startsOf(request: Partial<FetchWindowsRequest>): Promise<string[]> {
    const found: string[] = [];
    for await (const { windows } of client.fetchWindows(FetchWindowsRequest.create({ store: 'totals', ...request }))) {
      found.push(...windows.map(({ record, windowStart }) => `${String(record?.key)}@${windowStart?.seconds}`));
    }
    return found;
  }

  it('give the windows of a key in a time range, oldest or newest first', async () => {
    const from = { seconds: 60, nanos: 0 };
    expect(await startsOf({ key: 's1' })).toEqual(['s1@0', 's1@60', 's1@120']);
    expect(await startsOf({ key: 's1', timeFrom: from, reverse: true })).toEqual(['s1@120', 's1@60']);
    expect(await startsOf({ key: 's1', limit: 1 })).toEqual(['s1@0']);
  });

  it('give the windows of all keys', async () => {
    expect((await startsOf({ timeTo: { seconds: 60, nanos: 0 } })).sort()).toEqual(['s1@0', 's1@60', 's2@60']);
  });

  it('give one window with its value, its end and the time of its last update', async () => {
    const request = { application: '', store: 'totals', key: 's1', windowStart: { seconds: 60, nanos: 0 } };
    const { window } = await new Promise<{ window: unknown }>((resolve, reject) => {
      raw.fetchWindow({ ...request, options: undefined }, (error, response) => {
        if (error) reject(error);
        else resolve(response);
      });
    });
    expect(window).toMatchObject({
      windowEnd: { seconds: 120, nanos: 0 },
      record: { value: { total: MINUTE }, timestamp: { seconds: 60, nanos: 5_000_000 } },
    });
  });
});

describe('what cannot be answered', () => {
  const failureOf = (call: (done: (error: ServiceError | null) => void) => void): Promise<ServiceError | null> =>
    new Promise((resolve) => {
      call(resolve);
    });
  const get = (request: Partial<GetRequest>) =>
    failureOf((done) =>
      raw.get(GetRequest.create(request), (error) => {
        done(error);
      }),
    );

  it.each([
    ['an unknown store', { store: 'no', key: 'a' }, status.NOT_FOUND, 'Stores: balances, totals'],
    ['an unknown application', { application: 'no', store: 'balances', key: 'a' }, status.NOT_FOUND, 'Running: bank'],
    ['a store of another kind', { store: 'totals', key: 'a' }, status.INVALID_ARGUMENT, 'FetchWindows'],
    ['a key of another type', { store: 'balances', key: 5 }, status.INVALID_ARGUMENT, 'serde string'],
    ['no key', { store: 'balances' }, status.INVALID_ARGUMENT, 'serde string'],
  ])('says so: %s', async (_, request, code, text) => {
    const error = await get(request);
    expect(error?.code).toBe(code);
    expect(error?.details).toContain(text);
    expect(error?.metadata.get('grpc-status-details-bin')).toHaveLength(1);
  });

  it('asks for the application when two have a store of that name', async () => {
    applications.push(await ReadableFixture.open('other'));
    expect((await get({ store: 'balances', key: 'a' }))?.details).toContain('bank, other');
    expect(await get({ application: 'other', store: 'balances', key: 'a' })).toBeNull();
  });

  it('refuses a page token of another request', async () => {
    for (const key of ['a', 'b']) bank.balances(0).put(key, 1);
    const { nextPageToken } = await list({ pageSize: 1 });
    await expect(list({ pageSize: 1, prefix: 'a', pageToken: nextPageToken })).rejects.toThrow('page_token');
  });

  it('answers UNIMPLEMENTED for what is not built', async () => {
    const watch = raw.watch(WatchRequest.create({ store: 'balances' }));
    const code = await new Promise((resolve) =>
      watch.on('error', (error: ServiceError) => {
        resolve(error.code);
      }),
    );
    expect(code).toBe(status.UNIMPLEMENTED);
  });

  it('is given up at the deadline', async () => {
    const error = await failureOf((done) =>
      raw.get(GetRequest.create({ store: 'balances', key: 'a' }), new Metadata(), { deadline: 1 }, (failure) => {
        done(failure);
      }),
    );
    expect(error?.code).toBe(status.DEADLINE_EXCEEDED);
  });
});

it('lists stores with kinds, serdes and times', async () => {
  const { stores } = await client.listStores();
  expect(stores.map(({ name, kind }) => [name, kind])).toEqual([
    ['balances', StoreKind.STORE_KIND_KEY_VALUE],
    ['totals', StoreKind.STORE_KIND_WINDOW],
  ]);
  expect(stores[1]).toMatchObject({ keySerde: 'string', valueSerde: 'json', windowSize: { seconds: 60 } });
});

it('counts calls by method and status', async () => {
  await client.listStores();
  const text = await metrics.exposition();
  expect(text).toMatch(/grpc_server_handled_total\{.*grpc_method="ListStores",grpc_code="OK"\} \d/);
});

function list(request: Partial<ListRequest>): Promise<ListResponse> {
  return new Promise((resolve, reject) => {
    raw.list(ListRequest.create({ store: 'balances', ...request }), (error, response) => {
      if (error) reject(error);
      else resolve(response);
    });
  });
}
