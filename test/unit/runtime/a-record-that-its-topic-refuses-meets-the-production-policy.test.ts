import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { StreamsApplication, StreamsApplicationOptions } from '../../../src/runtime/application.js';
import { string } from '../../../src/serde/primitives.js';
import { Topology } from '../../../src/topology/topology.js';
import { EmbeddedCluster } from '../../support/embedded-cluster.js';
import { testApplication } from '../../support/running-application.js';

const text = { key: string(), value: string() };
const FAR = Date.UTC(2999, 0);
const LARGE = 'x'.repeat(2_000);

/** `in` over a repartition topic to `out`; a value `future` has a time far ahead. */
const topology = new Topology()
  .addSource('source', {
    topics: 'in',
    ...text,
    timestampExtractor: ({ value, timestamp }) => (value === 'future' ? FAR : timestamp),
  })
  .addRepartitionTopic('again', undefined)
  .addSink('to-again', { topic: 'again', parents: 'source', ...text })
  .addSource('from-again', { topics: 'again', ...text })
  .addSink('sink', { topic: 'out', parents: 'from-again', ...text })
  .build();

let cluster: EmbeddedCluster;
let app: StreamsApplication;

beforeEach(async () => {
  cluster = await EmbeddedCluster.open({ in: 1, out: 1, dlq: 1 });
  const configs = { 'cleanup.policy': 'delete', 'max.message.bytes': '1000' };
  await cluster.client().admin.createTopics([{ name: 'app-again', partitions: 1, configs }]);
});
afterEach(async () => {
  await app.close();
  await cluster.close();
});

async function started(options: Partial<StreamsApplicationOptions>, values: readonly string[]): Promise<void> {
  await cluster.produce(
    'in',
    values.map((value) => ['k', value] as const),
  );
  app = testApplication({ topology, client: cluster.client(), ...options });
  await app.start();
}

const valuesOf = async (topic: string, count: number): Promise<(string | null)[]> =>
  (await cluster.readUntil(topic, (records) => records.length >= count)).map(({ value }) => value);

/** Rejects with what ended the application. */
const failure = async (): Promise<never> => {
  while (app.error === undefined) await cluster.pause();
  throw app.error;
};

describe.each(['exactly_once', 'at_least_once'] as const)('under %s, a record that a topic refuses', (guarantee) => {
  it.each([
    ['is too large', LARGE],
    ['has a timestamp far ahead', 'future'],
  ])('is skipped alone, and its siblings count once, when it %s', async (_, poison) => {
    const values = ['a', poison, 'b', 'c', poison, 'd'];
    await started({ processingGuarantee: guarantee, errorPolicies: { production: 'skip' } }, values);
    const out = await valuesOf('out', 4);
    expect(guarantee === 'exactly_once' ? out : [...new Set(out)]).toEqual(['a', 'b', 'c', 'd']);
  });

  it.each([
    ['is too large', LARGE],
    ['has a timestamp far ahead', 'future'],
  ])('becomes a dead letter when it %s', async (_, poison) => {
    const policies = { production: { deadLetter: 'dlq' } };
    await started({ processingGuarantee: guarantee, errorPolicies: policies }, ['a', poison, 'b']);
    expect((await valuesOf('dlq', 1))[0]).toBe(poison);
    expect(new Set(await valuesOf('out', 2))).toEqual(new Set(['a', 'b']));
  });

  it('ends the application with one error that names topic, partition, task, source offset and remedy', async () => {
    await started({ processingGuarantee: guarantee }, ['a', 'future']);
    await expect(failure()).rejects.toMatchObject({
      code: 'PRODUCTION_FAILED',
      message: expect.stringMatching(
        /sink "to-again" failed in task 0_0 at offset 1 of partition 0 of "in".*"app-again"/,
      ),
      hint: expect.stringContaining('message.timestamp.after.max.ms'),
    });
  });
});

describe('a record that a topic refuses', () => {
  it('is tried again until the topic takes it, where the policy says so', async () => {
    let refusals = 0;
    const production = (): 'retry' | 'skip' => (++refusals < 3 ? 'retry' : 'skip');
    await started({ errorPolicies: { production } }, ['a', 'future', 'b']);
    expect(await valuesOf('out', 2)).toEqual(['a', 'b']);
    expect(refusals).toBe(3);
  });
});
