import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { NO_HEADERS } from '../../../../src/util/headers.js';
import { EmbeddedCluster } from '../../../support/embedded-cluster.js';
import { countTopology } from '../../../support/small-topologies.js';
import { WatchedApplication } from '../../../support/watched-application.js';

let cluster: EmbeddedCluster;
let running: WatchedApplication;

beforeEach(async () => {
  cluster = await EmbeddedCluster.open({ in: 1, out: 1 });
  running = await WatchedApplication.start(cluster, countTopology());
});
afterEach(async () => {
  await running.close();
  await cluster.close();
});

/** Logs a change as the application does, in a transaction that ends so. */
async function log(value: string, end: 'commit' | 'abort'): Promise<void> {
  const writer = cluster.client().writer({ transactionalId: 'log' });
  await writer.init();
  writer.begin();
  writer.send('app-counts-changelog', 0, Buffer.from('a'), Buffer.from(value), 1_000, NO_HEADERS);
  await writer.flush();
  await writer[end]();
  await writer.close();
}

describe('a transaction that is aborted', () => {
  it('is told neither as a change nor in a snapshot', async () => {
    const watching = await running.watch('counts').begun();
    for (let round = 0; round < 5; round++) {
      await log('aborted', 'abort');
      await log(String(round), 'commit');
    }
    await watching.until(({ values }) => values.length === 5);
    await running.application.close(); // its changelog alone tells of the store now
    const content = running.watch('counts', { snapshot: true });
    await content.until(({ responses }) => responses.some(({ event }) => event?.$case === 'snapshotEnd'));
    expect(watching.values.map(([, value]) => value)).toEqual(['0', '1', '2', '3', '4']);
    expect(content.values).toEqual([['a', '4']]);
    await watching.stop();
    await content.stop();
  });
});
