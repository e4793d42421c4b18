import { credentials, type ServiceError } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../../../src/observability/log.js';
import { StreamsBuilder } from '../../../../src/dsl/streams-builder.js';
import {
  TopologyServiceClient,
  TraceRecordsRequest,
  type TraceRecordsResponse,
} from '../../../../src/query/gen/millrace/query/v1/topology_service.js';
import { createLocalStateQueries } from '../../../../src/query/local-state-queries.js';
import { startQueryServer, type QueryServer } from '../../../../src/query/server/query-server.js';
import { StoreCatalog } from '../../../../src/query/store-catalog.js';
import { createTopologyQueries } from '../../../../src/query/topology-queries.js';
import type { StreamsApplication } from '../../../../src/runtime/application.js';
import { integer, json, long } from '../../../../src/serde/index.js';
import { systemClock } from '../../../../src/util/time.js';
import { EmbeddedCluster } from '../../../support/embedded-cluster.js';
import { nothingRunning } from '../../../support/nothing-running.js';
import { testApplication } from '../../../support/running-application.js';

let cluster: EmbeddedCluster;
let application: StreamsApplication;
let server: QueryServer;
let client: TopologyServiceClient;

/** Counts the records of each key, which is a number of four bytes. */
function counts() {
  const builder = new StreamsBuilder();
  builder.stream('in', { key: integer(), value: json() }).groupByKey().count({ store: 'counts' }).toStream().to('out', { key: integer(), value: long() }); // prettier-ignore
  return builder.build();
}

beforeEach(async () => {
  cluster = await EmbeddedCluster.open({ in: 1, out: 1 });
  application = testApplication({ topology: counts(), client: cluster.client() });
  await application.start();
  await application.waitUntilRunning();
  const catalog = new StoreCatalog(() => []);
  const state = createLocalStateQueries(catalog, systemClock);
  const running = { ...nothingRunning, applications: [application] };
  const topology = createTopologyQueries(catalog, { grpc: '', http: '' }, running);
  server = await startQueryServer({
    ...nothingRunning,
    host: '127.0.0.1',
    port: 0,
    state,
    topology,
    log: silentLogger,
  });
  client = new TopologyServiceClient(`127.0.0.1:${server.port}`, credentials.createInsecure());
});
afterEach(async () => {
  client.close();
  await server.close();
  await application.close();
  await cluster.close();
});

/** Follows a key; `begun` resolves when its records are followed, `steps` with all steps when the stream ends. */
function follow(request: Partial<TraceRecordsRequest>) {
  const stream = client.traceRecords(TraceRecordsRequest.fromPartial(request));
  const steps: TraceRecordsResponse[] = [];
  const begun = new Promise<void>((resolve) => stream.once('data', () => { resolve(); })); // prettier-ignore
  stream.on('data', (message: TraceRecordsResponse) => {
    if (message.step) steps.push(message);
  });
  const ended = new Promise<ServiceError | undefined>((resolve) => stream.on('error', resolve).on('end', () => { resolve(undefined); })); // prettier-ignore
  return { stream, begun, steps, ended };
}

const key = (number: number): string => Buffer.from([0, 0, 0, number]).toString('latin1');
const followed = (): boolean => Object.hasOwn(application.tasks()[0]!.state!.stores.get('counts')!, 'put');

describe('following a key over gRPC', () => {
  it('gives each step as JSON, and ends after so many records', async () => {
    const { begun, steps, ended } = follow({ key: 7, limit: 1 });
    await begun;
    await cluster.produce('in', [[key(6), '{}'], [key(7), '{"x":1}', 9]]); // prettier-ignore
    expect(await ended).toBeUndefined();
    expect(steps.map(({ step }) => step?.$case)).toEqual(['read', 'process', 'store', 'store', 'store', 'process', 'send']); // prettier-ignore
    const record = { key: 7, value: { x: 1 }, timestamp: { seconds: 0, nanos: 9e6 } };
    const place = { traceId: 'in-0@1', instanceId: 'a', taskId: '0_0' };
    const read = { topic: 'in', partition: 0, offset: 1, record };
    expect(steps[0]).toEqual({ ...place, sequence: 1, node: 'KSTREAM-SOURCE-0000000000', step: { $case: 'read', value: read } }); // prettier-ignore
    const put = { store: 'counts', operation: 'put', key: 7, value: 1, windowStart: undefined };
    expect(steps[3]).toEqual({ ...place, sequence: 4, node: 'KSTREAM-AGGREGATE-0000000001', step: { $case: 'store', value: put } }); // prettier-ignore
    expect(followed()).toBe(false);
  });

  it('cuts what is large', async () => {
    const { stream, begun, steps, ended } = follow({ key: 7, topic: 'in' });
    await begun;
    await cluster.produce('in', [[key(7), JSON.stringify('x'.repeat(10_000))]]);
    while (steps.length === 0) await cluster.pause();
    const { step } = steps[0]!;
    const value = step?.$case === 'read' ? (step.value.record?.value as string) : '';
    expect(value).toMatch(/^"x{8191}… \(1810 characters more\)$/);
    stream.cancel();
    await ended;
  });

  it('ends with the client, and then costs nothing', async () => {
    const { stream, begun, ended } = follow({ key: 7 });
    await begun;
    expect(followed()).toBe(true);
    stream.cancel();
    await ended;
    while (followed()) await cluster.pause();
  });

  it.each([
    ['no key', { limit: 1 }, 'key is missing'],
    ['an application that does not run here', { key: 7, application: 'other' }, '"other" does not run here'],
    ['a negative number of records', { key: 7, limit: -1 }, 'limit is negative'],
  ])('is refused with %s', async (_, request, message) => {
    expect((await follow(request).ended)?.details).toContain(message);
  });

  it('is refused to the ninth client at a time', async () => {
    const others = Array.from({ length: 8 }, () => follow({ key: 7 }));
    await Promise.all(others.map(({ begun }) => begun));
    expect(await follow({ key: 8 }).ended).toMatchObject({ code: 8, details: expect.stringContaining('for 8 clients already') }); // prettier-ignore
    for (const { stream } of others) stream.cancel();
    await Promise.all(others.map(({ ended }) => ended));
  });
});
