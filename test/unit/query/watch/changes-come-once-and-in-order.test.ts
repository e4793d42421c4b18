import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { countTopology } from '../../../support/small-topologies.js';
import { EmbeddedCluster } from '../../../support/embedded-cluster.js';
import { WatchedApplication } from '../../../support/watched-application.js';

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

describe('a watch', () => {
  it('tells of every committed change once, those of a key in their order', async () => {
    const watching = await running.watch('counts').begun();
    for (let round = 0; round < 20; round++) await produce('a', 'b', 'c');
    await watching.until(({ values }) => values.length >= 60);
    await watching.stop();
    for (const key of ['a', 'b', 'c']) {
      const counts = watching.values.filter(([of]) => of === key).map(([, value]) => Number(value));
      expect(counts).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    }
  });

  it('first tells where it stands, and of nothing that was before', async () => {
    await produce('a');
    const before = running.watch('counts', { snapshot: true });
    await before.until(({ values }) => values.length === 1);
    const watching = await running.watch('counts').begun();
    await produce('b');
    await watching.until(({ values }) => values.length > 0);
    expect(watching.responses[0]).toEqual({ event: undefined, cursor: { token: expect.any(Buffer) } });
    expect(watching.values).toEqual([['b', '1']]);
    await before.stop();
    await watching.stop();
  });

  it('sends the content, then its end, then what changes after it', async () => {
    await produce('a', 'a', 'b');
    const content = running.watch('counts', { snapshot: true });
    await content.until(({ values }) => values.length >= 2);
    await produce('a');
    await content.until(({ values }) => values.some(([key, value]) => key === 'a' && value === '3'));
    const cases = content.responses.map(({ event }) => event?.$case);
    expect(cases.filter((event) => event === 'snapshotEnd')).toHaveLength(1);
    await content.stop();
  });

  it('is of one key, or of those that begin alike', async () => {
    const one = await running.watch('counts', { key: 'user-1' }).begun();
    const some = await running.watch('counts', { prefix: 'user-' }).begun();
    await produce('user-1', 'shop-1', 'user-2', 'user-1');
    await some.until(({ values }) => values.length === 3);
    await one.until(({ values }) => values.length === 2);
    expect(one.values).toEqual([['user-1', '1'], ['user-1', '2']]); // prettier-ignore
    await one.stop();
    await some.stop();
  });

  it('gives the bytes of keys and values where they are asked for', async () => {
    const watching = await running.watch('counts', { raw: true }).begun();
    await produce('a');
    await watching.until(({ values }) => values.length === 1);
    expect(watching.changes[0]?.record).toMatchObject({ rawKey: Buffer.from('a'), rawValue: Buffer.from('1') });
    await watching.stop();
  });
});
