import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ReadOnlyKeyValueStore } from '../../../src/state/store.js';
import { EmbeddedCluster } from '../../support/embedded-cluster.js';
import { testApplication } from '../../support/running-application.js';
import { countTopology, upperCaseTopology } from '../../support/small-topologies.js';

describe.each(['exactly_once', 'at_least_once'] as const)('an application under %s', (processingGuarantee) => {
  let cluster: EmbeddedCluster;

  beforeEach(async () => {
    cluster = await EmbeddedCluster.open({ in: 4, out: 4 });
  });
  afterEach(async () => {
    await cluster.close();
  });

  it('processes what was there before it started and what comes later', async () => {
    await cluster.produce('in', [['a', 'one']]);
    const application = testApplication({
      topology: upperCaseTopology(),
      client: cluster.client(),
      processingGuarantee,
    });
    await application.start();
    await application.waitUntilRunning();
    await cluster.produce('in', [['b', 'two']]);
    const out = await cluster.readUntil('out', (records) => records.length === 2);
    expect(out.map(({ value }) => value).sort()).toEqual(['ONE', 'TWO']);
    expect(await application.close()).toBe(true);
    expect(application.state).toBe('NOT_RUNNING');
  });

  it('goes on after a restart where it was closed, state included', async () => {
    for (const run of [1, 2, 3]) {
      const application = testApplication({ topology: countTopology(), client: cluster.client(), processingGuarantee });
      await application.start();
      await application.waitUntilRunning();
      await cluster.produce('in', [
        ['a', 'x'],
        ['b', 'x'],
        ['a', 'x'],
      ]);
      await cluster.readUntil('out', (records) => records.length === 3 * run);
      expect(application.store<ReadOnlyKeyValueStore<string, string>>('counts').get('a')).toBe(String(2 * run));
      await application.close();
    }
    const counts = (await cluster.read('out')).filter(({ key }) => key === 'a').map(({ value }) => value);
    expect(counts).toEqual(['1', '2', '3', '4', '5', '6']);
  });
});
