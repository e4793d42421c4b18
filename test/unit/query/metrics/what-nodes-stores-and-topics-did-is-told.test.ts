import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StreamsBuilder } from '../../../../src/dsl/streams-builder.js';
import { createPrometheusMetrics } from '../../../../src/observability/prometheus-metrics.js';
import type { GetMetricsResponse } from '../../../../src/query/gen/millrace/query/v1/topology_service.js';
import { createMetricsQueries, type MetricsQueries } from '../../../../src/query/metrics/metrics-queries.js';
import type { StreamsApplication } from '../../../../src/runtime/application.js';
import { long, string } from '../../../../src/serde/index.js';
import { systemClock } from '../../../../src/util/time.js';
import { EmbeddedCluster } from '../../../support/embedded-cluster.js';
import { testApplication } from '../../../support/running-application.js';

const text = { key: string(), value: string() };
let cluster: EmbeddedCluster;
let application: StreamsApplication;
let queries: MetricsQueries;

/** Counts `in` into `out`; the value `bad` fails and becomes a dead letter. */
function topology() {
  const builder = new StreamsBuilder();
  const checked = builder.stream('in', text).mapValues((value) => {
    if (value === 'bad') throw new RangeError('bad value');
    return value;
  });
  checked.groupByKey().count({ store: 'counts' }).toStream().to('out', { key: string(), value: long() });
  return builder.build();
}

beforeEach(async () => {
  cluster = await EmbeddedCluster.open({ in: 2, out: 1, dead: 1 });
  const metrics = createPrometheusMetrics({ processMetrics: false });
  application = testApplication({
    topology: topology(),
    client: cluster.client(),
    metrics,
    errorPolicies: { processing: { deadLetter: 'dead' } },
    cacheMaxBytes: 0,
  });
  const process = { startTimeMs: 5, cpuSeconds: () => 1.5, residentBytes: () => 2_048 };
  queries = createMetricsQueries({ applications: [application], metrics, process, clock: systemClock });
  await application.start();
  await application.waitUntilRunning();
  await cluster.produce('in', [['a', 'x'], ['b', 'bad'], ['a', 'y'], ['c', 'z']]); // prettier-ignore
  await cluster.readUntil('out', (records) => records.length === 3);
  await cluster.readUntil('dead', (records) => records.length === 1);
});
afterEach(async () => {
  await application.close();
  await cluster.close();
});

const named = (answer: GetMetricsResponse, node: string) => answer.nodes.find((each) => each.node === node);

describe('the metrics of an instance', () => {
  it('tell of each node, summed over its tasks', async () => {
    const answer = await queries.getMetrics({ application: '' });
    const failing = named(answer, 'KSTREAM-MAPVALUES-0000000001');
    expect(failing).toMatchObject({ application: 'app', instanceId: 'a', records: 4, errors: 1, dropped: 1 });
    expect(failing?.latencySeconds).toBeUndefined();
    const source = named(answer, 'KSTREAM-SOURCE-0000000000');
    expect(source).toMatchObject({ records: 4, errors: 0, dropped: 0 });
    expect(source?.latencySeconds).toBeGreaterThan(0);
  });

  it('tell of each store and topic', async () => {
    const { stores, topics } = await queries.getMetrics({ application: 'app' });
    expect(stores).toEqual([
      expect.objectContaining({ store: 'counts', entries: 2, restoreRemaining: 0, restored: 0 }),
    ]);
    const counts = { consumedRecords: 4, producedRecords: 0 };
    expect(topics).toContainEqual(expect.objectContaining({ topic: 'in', ...counts }));
    expect(topics).toContainEqual(expect.objectContaining({ topic: 'out', producedRecords: 3, producedBytes: 27 }));
  });

  it('tell of the process and its application', async () => {
    const { instances } = await queries.getMetrics({ application: '' });
    expect(instances).toHaveLength(1);
    expect(instances[0]).toMatchObject({ state: 'RUNNING', failure: '', deadLetters: 1, cpuSeconds: 1.5 });
    expect(instances[0]).toMatchObject({ residentBytes: 2_048, startTime: { seconds: 0, nanos: 5e6 } });
    expect(instances[0]?.commits).toBeGreaterThan(0);
  });

  it('never go back: what closed tasks had counted stays', async () => {
    await application.close();
    const answer = await queries.getMetrics({ application: '' });
    expect(named(answer, 'KSTREAM-MAPVALUES-0000000001')).toMatchObject({ records: 4, errors: 1, dropped: 1 });
    expect(answer.topics).toContainEqual(expect.objectContaining({ topic: 'out', producedRecords: 3 }));
  });

  it('are refused of an application that does not run here', async () => {
    await expect(queries.getMetrics({ application: 'other' })).rejects.toMatchObject({ code: 'APPLICATION_NOT_FOUND' });
  });
});
