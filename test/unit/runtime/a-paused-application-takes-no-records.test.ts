import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { StreamsApplication } from '../../../src/runtime/application.js';
import type { KeyValueStore } from '../../../src/state/store.js';
import { EmbeddedCluster } from '../../support/embedded-cluster.js';
import { testApplication } from '../../support/running-application.js';
import { countTopology, upperCaseTopology } from '../../support/small-topologies.js';

let cluster: EmbeddedCluster;
const apps: StreamsApplication[] = [];

const application = (instanceId: string, topology = countTopology()): StreamsApplication => {
  const app = testApplication({ instanceId, topology, client: cluster.client() });
  apps.push(app);
  return app;
};
const produced = async (count: number): Promise<readonly (string | null)[]> =>
  (await cluster.readUntil('out', (records) => records.length >= count)).map(({ value }) => value);

beforeEach(async () => {
  cluster = await EmbeddedCluster.open({ in: 2, out: 1 });
});
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
  await cluster.close();
});

describe('a paused application', () => {
  it('takes no record before it is resumed', async () => {
    const app = application('a', upperCaseTopology());
    app.pause();
    await app.start();
    await app.waitUntilRunning();
    await cluster.produce('in', [['k', 'v']]);
    while (app.tasks().every(({ inputs }) => inputs.every(({ lagRecords }) => lagRecords === 0))) await cluster.pause();
    expect([app.paused, await cluster.read('out')]).toEqual([true, []]);
    app.resume();
    expect(await produced(1)).toEqual(['V']);
  });

  it('keeps its place in the group, and hands tasks over with what it has done', async () => {
    const [a, b] = [application('a'), application('b')];
    await a.start();
    await cluster.produce('in', [['k', 'v'], ['l', 'v']]); // prettier-ignore
    await produced(2);
    a.pause();
    await b.start();
    while (a.tasks().length !== 1 || b.tasks().length !== 1) await cluster.pause();
    a.resume();
    await cluster.produce('in', [['k', 'v'], ['l', 'v']]); // prettier-ignore
    expect([...(await produced(4))].sort()).toEqual(['1', '1', '2', '2']);
  });

  it('answers queries', async () => {
    const app = application('a');
    await app.start();
    await cluster.produce('in', [['k', 'v']]);
    await produced(1);
    app.pause();
    expect(app.store<KeyValueStore<string, string>>('counts').get('k')).toBe('1');
  });
});
