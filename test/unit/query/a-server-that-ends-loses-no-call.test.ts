import { setTimeout as sleep } from 'node:timers/promises';
import { credentials, Metadata, status, type ChannelOptions, type ServiceError } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../../src/observability/log.js';
import { noMetrics } from '../../../src/observability/metrics.js';
import { createLocalStateQueries } from '../../../src/query/local-state-queries.js';
import {
  GetRequest,
  GetResponse,
  StateQueryServiceClient,
} from '../../../src/query/gen/millrace/query/v1/state_query_service.js';
import { storeUnavailableError } from '../../../src/query/query-errors.js';
import { startQueryServer, type QueryServer } from '../../../src/query/server/query-server.js';
import type { StateQueries } from '../../../src/query/state-queries.js';
import { StoreCatalog } from '../../../src/query/store-catalog.js';
import { createTopologyQueries } from '../../../src/query/topology-queries.js';
import { seededRandom } from '../../../src/util/random.js';
import { systemClock } from '../../../src/util/time.js';
import { NO_RETRIES } from '../../support/cluster/cluster-reader.js';
import { nothingRunning } from '../../support/nothing-running.js';

const SECOND = 1_000;
const clients: StateQueryServiceClient[] = [];
/** How `get` is answered. */
let answered: StateQueries['get'];
let server: QueryServer;

async function start(port: number): Promise<QueryServer> {
  const catalog = new StoreCatalog(() => []);
  const state: StateQueries = {
    ...createLocalStateQueries(catalog, systemClock),
    get: (request, call) => answered(request, call),
  };
  const topology = createTopologyQueries(catalog, { grpc: '', http: '' }, nothingRunning);
  const common = { clock: systemClock, metrics: noMetrics, log: silentLogger };
  return await startQueryServer({ host: '127.0.0.1', port, state, topology, ...common });
}

function clientOf(port: number, options: ChannelOptions = {}): StateQueryServiceClient {
  const own = { 'grpc.use_local_subchannel_pool': 1, 'grpc.max_reconnect_backoff_ms': 100 };
  const client = new StateQueryServiceClient(`127.0.0.1:${port}`, credentials.createInsecure(), { ...own, ...options });
  clients.push(client);
  return client;
}

/** Gives how a call ended. */
function get(client: StateQueryServiceClient): Promise<status> {
  const request = GetRequest.fromPartial({ store: 'balances', key: 'b1' });
  return new Promise((resolve) => {
    const done = (error: ServiceError | null): void => {
      resolve(error?.code ?? status.OK);
    };
    client.get(request, new Metadata({ waitForReady: true }), { deadline: systemClock.nowMs() + 60 * SECOND }, done);
  });
}

beforeEach(async () => {
  answered = () => Promise.resolve(GetResponse.fromPartial({}));
  server = await start(0);
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await server.close();
});

describe('a server that ends', () => {
  it('waits for calls under way, though their clients want to end their connections', async () => {
    let answer: () => void = () => undefined;
    const arrived = new Promise<void>((resolve) => {
      answered = () => {
        resolve();
        return new Promise((give) => (answer = () => { give(GetResponse.fromPartial({})); })); // prettier-ignore
      };
    });
    const waiting = get(clientOf(server.port, NO_RETRIES));
    await arrived;
    let ended = false;
    const closed = server.close().then(() => (ended = true));
    await sleep(SECOND);
    expect(ended).toBe(false);
    answer();
    expect(await waiting).toBe(status.OK);
    await closed;
  });

  it('is asked nothing more by clients that it has told', async () => {
    let arrivals = 0;
    let answer: () => void = () => undefined;
    const ofThis = new Promise<GetResponse>((give) => (answer = () => { give(GetResponse.fromPartial({})); })); // prettier-ignore
    const arrived = new Promise<void>((resolve) => {
      answered = () => {
        arrivals++;
        resolve();
        return ofThis;
      };
    });
    const client = clientOf(server.port, NO_RETRIES);
    const first = get(client);
    await arrived;
    const closed = server.close();
    for (let turn = 0; turn < 4; turn++) await sleep(50); // turns of the loop, so that it is read
    const second = get(client);
    for (let turn = 0; turn < 4; turn++) await sleep(10);
    expect(arrivals).toBe(1);
    answer();
    expect(await first).toBe(status.OK);
    await closed;
    server = await start(server.port);
    expect(await second).toBe(status.OK);
  });

  it('tells calls for which it cannot wait, whether they heed it or not, that it is unavailable', async () => {
    let arrivals = 0;
    const both = new Promise<void>((resolve) => {
      answered = (_, call) => {
        if (++arrivals === 2) resolve();
        return new Promise((_give, reject) => {
          if (arrivals === 2) call?.signal?.addEventListener('abort', () => { reject(storeUnavailableError('NOT_ACTIVE', '', 'given up')); }); // prettier-ignore
        });
      };
    });
    const client = clientOf(server.port, NO_RETRIES);
    const calls = [get(client), get(client)];
    await both;
    await server.close();
    expect(await Promise.all(calls)).toEqual([status.UNAVAILABLE, status.UNAVAILABLE]);
  });

  it('loses none of the calls of clients that go on without pause, when the next one has its port', async () => {
    const random = seededRandom(7);
    answered = async () => {
      await sleep(random.next() < 0.5 ? 0 : 300 * random.next());
      return GetResponse.fromPartial({});
    };
    const ends = new Map<status, number>();
    let over = false;
    const goOn = async (client: StateQueryServiceClient): Promise<void> => {
      while (!over) {
        const end = await get(client);
        ends.set(end, (ends.get(end) ?? 0) + 1);
      }
    };
    const going = [0, 1, 2].map(() => clientOf(server.port)).flatMap((client) => [goOn(client), goOn(client)]);
    for (let restart = 0; restart < 3; restart++) {
      await sleep(300);
      await server.close();
      server = await start(server.port);
    }
    over = true;
    await Promise.all(going);
    expect([...ends.keys()]).toEqual([status.OK]);
  }, 120_000);
});
