import { credentials, type ClientReadableStream } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../../../src/observability/log.js';
import { createPrometheusMetrics } from '../../../../src/observability/prometheus-metrics.js';
import {
  StateQueryServiceClient,
  WatchRequest,
  type WatchResponse,
} from '../../../../src/query/gen/millrace/query/v1/state_query_service.js';
import { OPEN } from '../../../../src/query/access/protection.js';
import { startQueryServer, type QueryServer } from '../../../../src/query/server/query-server.js';
import { StoreCatalog } from '../../../../src/query/store-catalog.js';
import { createTopologyQueries } from '../../../../src/query/topology-queries.js';
import { systemClock } from '../../../../src/util/time.js';
import { nothingRunning } from '../../../support/nothing-running.js';
import { EmbeddedCluster } from '../../../support/embedded-cluster.js';
import { WatchedApplication } from '../../../support/watched-application.js';
import { Watching } from '../../../support/watching.js';
import { WRITTEN_STORES } from '../../../support/written-stores.js';

const CLIENTS = 200;
const bounds = { maxBytes: 256 * 1_024, maxChanges: 1_000 };
const ROUNDS = 20;
const KEYS = ['a', 'b', 'c'];
const FILLER = 'x'.repeat(12_000);

const metrics = createPrometheusMetrics({ processMetrics: false });
const clients: StateQueryServiceClient[] = [];
let cluster: EmbeddedCluster;
let running: WatchedApplication;
let server: QueryServer;

beforeAll(async () => {
  cluster = await EmbeddedCluster.open({ in: 2, out: 1 });
  running = await WatchedApplication.start(cluster, WRITTEN_STORES['a key-value store']!(), { bounds, metrics });
  const topology = createTopologyQueries(new StoreCatalog(() => []), { grpc: '', http: '' }, nothingRunning);
  const common = { clock: systemClock, metrics, log: silentLogger, topology, state: running.queries };
  const patient = { ...OPEN, limits: { ...OPEN.limits, slowReaderTimeoutMs: 600_000 } }; // else that client would be cut off
  server = await startQueryServer({ host: '127.0.0.1', port: 0, protection: patient, ...common });
  for (let index = 0; index < 8; index++)
    clients.push(new StateQueryServiceClient(`127.0.0.1:${server.port}`, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 })); // prettier-ignore
});
afterAll(async () => {
  for (const client of clients) client.close();
  await running.close();
  await server.close();
  await cluster.close();
});

function open(index: number): ClientReadableStream<WatchResponse> {
  return clients[index % clients.length]!.watch(WatchRequest.create({ store: 'written' }));
}

async function* messages(
  stream: ClientReadableStream<WatchResponse>,
  signal: AbortSignal,
  iterator: AsyncIterableIterator<unknown> = stream[Symbol.asyncIterator](),
): AsyncGenerator<WatchResponse> {
  signal.addEventListener('abort', () => {
    stream.cancel();
  });
  try {
    for await (const message of iterator) yield message as WatchResponse; // the stream's own iterator has no type
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function metric(name: string): Promise<number> {
  const text = await metrics.exposition();
  return Number(new RegExp(`^${name}\\{.*\\} (.*)$`, 'm').exec(text)?.[1] ?? 0);
}

describe(`${CLIENTS} clients that watch a store over gRPC, one of which does not read`, () => {
  it('are told of every change once and in order, all but that one, and what waits stays within its bound', async () => {
    const stuck = open(0);
    const unread = stuck[Symbol.asyncIterator]();
    await unread.next(); // grpc-js would take everything for a client that has never read
    const others = Array.from({ length: CLIENTS - 1 }, (_, index) => new Watching((signal) => messages(open(index), signal))); // prettier-ignore
    for (const watching of others) await watching.begun();
    while ((await metric('millrace_watch_clients')) < CLIENTS) await systemClock.yieldToEventLoop();
    let buffered = 0;
    for (let round = 0; round < ROUNDS; round++) {
      await cluster.produce('in', KEYS.map((key) => [key, `${round} ${FILLER}`])); // prettier-ignore
      for (const watching of others) await watching.until(({ values }) => values.length >= KEYS.length * (round + 1));
      buffered = Math.max(buffered, await metric('millrace_watch_buffer_bytes'));
    }
    const rounds = Array.from({ length: ROUNDS }, (_, round) => round);
    for (const watching of others) expect(KEYS.map((key) => roundsOf(watching, key))).toEqual(KEYS.map(() => rounds));
    for (const watching of others) await watching.stop();

    const late = new Watching((signal) => messages(stuck, signal, unread));
    await late.until((watching) => KEYS.every((key) => roundsOf(watching, key).at(-1) === ROUNDS - 1));
    for (const key of KEYS) expect(roundsOf(late, key)).toEqual(roundsOf(late, key).toSorted((a, b) => a - b));
    expect(late.values.length).toBeLessThan(KEYS.length * ROUNDS);
    expect(buffered).toBeGreaterThan(0);
    expect(buffered).toBeLessThanOrEqual(2 * bounds.maxBytes);
    await late.stop();
  }, 240_000);
});

/** What a client was told of a key. */
function roundsOf({ values }: Watching, key: string): number[] {
  return values.flatMap(([of, value]) => (of === key ? [Number.parseInt(String(value), 10)] : []));
}
