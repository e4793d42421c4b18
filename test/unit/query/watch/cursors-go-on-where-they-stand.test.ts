import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { encodeCursor } from '../../../../src/query/watch/watch-cursor.js';
import { EmbeddedCluster } from '../../../support/embedded-cluster.js';
import { countTopology } from '../../../support/small-topologies.js';
import { windowTopology } from '../../../support/written-stores.js';
import { WatchedApplication } from '../../../support/watched-application.js';

const CHANGELOG = 'app-counts-changelog';

let cluster: EmbeddedCluster;
let running: WatchedApplication;

beforeEach(async () => {
  cluster = await EmbeddedCluster.open({ in: 2, out: 1 });
  running = await WatchedApplication.start(cluster, countTopology());
});
afterEach(async () => {
  await running.close();
  await cluster.close();
});

const produce = (...keys: string[]): Promise<void> => cluster.produce('in', keys.map((key) => [key, ''])); // prettier-ignore

describe('a cursor', () => {
  it('goes on after the response that it came with, without a change lost or told twice', async () => {
    const first = await running.watch('counts').begun();
    await produce('a', 'b', 'a', 'c', 'a', 'b');
    await first.until(({ values }) => values.length === 6);
    await first.stop();
    for (const [index, { cursor }] of first.responses.entries()) {
      const rest = running.watch('counts', { resumeFrom: cursor });
      await rest.until(({ values }) => values.length === 6 - index);
      await rest.stop();
      const all = [...first.values.slice(0, index), ...rest.values];
      expect(all.toSorted()).toEqual(first.values.toSorted());
    }
  });

  it('is that of any instance', async () => {
    const first = await running.watch('counts').begun();
    await produce('a');
    await first.until(({ values }) => values.length === 1);
    await first.stop();
    const other = await WatchedApplication.start(cluster, countTopology(), { instanceId: 'b' });
    await produce('a', 'b');
    const second = other.watch('counts', { resumeFrom: first.cursor });
    await second.until(({ values }) => values.length === 2);
    expect(second.values.toSorted()).toEqual([['a', '2'], ['b', '1']]); // prettier-ignore
    await second.stop();
    await other.close();
  });

  it('is out of range when the log begins after it', async () => {
    const other = await EmbeddedCluster.open({ in: 2 });
    const windows = await WatchedApplication.start(other, windowTopology());
    const topic = 'app-written-changelog';
    const first = await windows.watch('written').begun();
    await other.produce('in', [['a', '1'], ['b', '1'], ['c', '1']]); // prettier-ignore
    await first.until(({ values }) => values.length === 3);
    await first.stop();
    const [begun] = first.responses;
    await other.client().admin.deleteRecords([0, 1].map((partition) => ({ topic, partition, offset: -1 })));
    const second = windows.watch('written', { resumeFrom: begun?.cursor });
    expect(await second.ended).toMatchObject({ code: 'CURSOR_OUT_OF_RANGE', context: { topic } });
    await windows.close();
    await other.close();
  });

  it('is refused where it is of another changelog, or none', async () => {
    const resumed = (token: Buffer): Promise<unknown> => running.watch('counts', { resumeFrom: { token } }).ended;
    const other = encodeCursor({ topicId: 'f'.repeat(32), positions: [0, 0] });
    expect(await resumed(other.token)).toMatchObject({ code: 'CHANGELOG_REPLACED' });
    expect(await resumed(Buffer.from('no cursor'))).toMatchObject({ code: 'BAD_CURSOR' });
  });
});

describe('a watch', () => {
  it('ends when its changelog is deleted', async () => {
    const watching = await running.watch('counts').begun();
    await running.application.close();
    await cluster.client().admin.deleteTopics([CHANGELOG]);
    expect(await watching.ended).toMatchObject({ code: 'CHANGELOG_REPLACED' });
  });

  it('ends with its process, and says where to go on', async () => {
    const watching = await running.watch('counts').begun();
    running.watches.close();
    expect(await watching.ended).toMatchObject({ code: 'WATCH_ENDED', kind: 'unavailable' });
  });

  it('is of a store with a changelog', async () => {
    const unlogged = await WatchedApplication.start(cluster, countTopology({ logging: false }));
    expect(await unlogged.watch('counts').ended).toMatchObject({ code: 'STORE_WITHOUT_CHANGELOG' });
    await unlogged.close();
  });
});
