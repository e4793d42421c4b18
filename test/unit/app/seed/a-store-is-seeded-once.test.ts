import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { bootstrapStores } from '../../../../src/app/seed/bootstrap.js';
import { seedStore, type SeedRequest, type SeedResult } from '../../../../src/app/seed/seed-store.js';
import { topicSeed } from '../../../../src/connect/seed/topic-seed.js';
import type { SeedRow, SeedSource } from '../../../../src/connect/seed/seed-source.js';
import { silentLogger } from '../../../../src/observability/log.js';
import { systemClock, type Clock } from '../../../../src/util/time.js';
import { EmbeddedCluster } from '../../../support/embedded-cluster.js';
import { testApplication } from '../../../support/running-application.js';
import { countTopology } from '../../../support/small-topologies.js';

const ROWS = 3_500;
const CHANGELOG = 'app-counts-changelog';
const topology = countTopology();

let cluster: EmbeddedCluster;

beforeEach(async () => {
  cluster = await EmbeddedCluster.open({ in: 2, out: 1 });
});
afterEach(async () => {
  await cluster.close();
});

/** Counts of 7 for so many keys; `at` is called before each row. */
function counts(at: (row: number) => void | Promise<void> = () => undefined, name = 'counts'): SeedSource {
  return {
    name,
    repeatable: true,
    async *rows(): AsyncGenerator<SeedRow, void> {
      for (let row = 0; row < ROWS; row++) {
        await at(row);
        yield { key: `key ${row}`, value: '7' };
      }
    },
  };
}

const seed = (source: SeedSource, more: Partial<SeedRequest> = {}): Promise<SeedResult> =>
  seedStore(
    { applicationId: 'app', topology, store: 'counts', source, ...more },
    { client: cluster.client(), clock: systemClock, log: silentLogger },
  );

const bootstrap = (instanceId: string, source: SeedSource, clock: Clock = systemClock): Promise<void> =>
  bootstrapStores({
    applicationId: 'app',
    instanceId,
    topology,
    sources: { counts: source },
    client: cluster.client(),
    schemas: undefined,
    clock,
    log: silentLogger,
  });

/** How often each key stands in the changelog, of what is committed. */
async function timesInChangelog(): Promise<number[]> {
  const times = new Map<string, number>();
  for (const { key } of await cluster.read(CHANGELOG)) times.set(String(key), (times.get(String(key)) ?? 0) + 1);
  return [...times.values()];
}

const once = (times: readonly number[]): boolean => times.length === ROWS && times.every((each) => each === 1);

const failingAt =
  (last: number) =>
  (row: number): void => {
    if (row === last) throw new Error('the disk is gone');
  };

describe('an import', () => {
  it('is what the first start restores, and goes on from', async () => {
    await seed(counts());
    const app = testApplication({ topology, client: cluster.client() });
    await app.start();
    await cluster.produce('in', [['key 3', 'x']]);
    const [counted] = await cluster.readUntil('out', (records) => records.length === 1);
    expect(counted).toMatchObject({ key: 'key 3', value: '8' });
    await app.close();
  });

  it('goes on where it was interrupted, and puts each row once', async () => {
    await expect(seed(counts(failingAt(2_700)))).rejects.toThrow('the disk is gone');
    const { resumedAt } = await seed(counts());
    expect(resumedAt).toBeGreaterThanOrEqual(1_000);
    expect(once(await timesInChangelog())).toBe(true);
  });

  it('does nothing when it is done again', async () => {
    await seed(counts());
    expect(await seed(counts())).toEqual({ outcome: 'already', rows: ROWS, resumedAt: ROWS });
    expect(once(await timesInChangelog())).toBe(true);
  });

  it('is refused for a store that has data, unless the rows are to be put over it', async () => {
    await seed(counts());
    const other = counts(undefined, 'other');
    await expect(seed(other)).rejects.toMatchObject({ code: 'STORE_HAS_DATA' });
    expect(await seed(other, { merge: true })).toMatchObject({ outcome: 'seeded', rows: ROWS });
  });

  it('is refused for a store that is half seeded from another source', async () => {
    await expect(seed(counts(failingAt(2_000)))).rejects.toThrow();
    await expect(seed(counts(undefined, 'other'))).rejects.toMatchObject({ code: 'SEED_UNFINISHED' });
  });

  it('is refused while the application runs', async () => {
    const app = testApplication({ topology, client: cluster.client() });
    await app.start();
    await app.waitUntilRunning();
    await expect(seed(counts())).rejects.toMatchObject({ code: 'APPLICATION_RUNS' });
    await app.close();
  });

  it('takes the records of a topic as they are', async () => {
    await cluster.createTopics({ table: 2 });
    await cluster.produce('table', [['a', '1'], ['b', '2']]); // prettier-ignore
    expect(await seed(topicSeed('table'))).toMatchObject({ rows: 2 });
    const rows = (await cluster.read(CHANGELOG)).map(({ key, value }) => [key, value]);
    expect(rows.sort()).toEqual([['a', '1'], ['b', '2']]); // prettier-ignore
  });

  it.each([
    ['of a store that is not there', { store: 'count' }, 'STORE_NOT_FOUND'],
    ['of a store without a changelog', { topology: countTopology({ logging: false }) }, 'STORE_NOT_SEEDABLE'],
    ['of a value that its serde does not write', { source: rowsOf({ key: 'a', value: 7 }) }, 'SEED_ROW_INVALID'],
    ['from a topic that is not there', { source: topicSeed('none') }, 'SEED_TOPIC_MISSING'],
  ])('is refused %s', async (_, more, code) => {
    await expect(seed(counts(), more)).rejects.toMatchObject({ code });
  });
});

describe('the stores that a topology begins with', () => {
  it('are seeded by one of the instances that start at the same time', async () => {
    const source = counts((row) => (row % 500 === 0 ? cluster.pause() : undefined));
    await Promise.all(['a', 'b', 'c'].map((instance) => bootstrap(instance, source)));
    expect(once(await timesInChangelog())).toBe(true);
  });

  it('are seeded to the end by another instance when one is killed in the middle', async () => {
    const dead: Clock = { ...systemClock, sleep: () => new Promise(() => undefined) };
    await new Promise<void>((reached) => {
      const stuck = counts((row) => {
        if (row !== 2_500) return;
        reached();
        return new Promise(() => undefined);
      });
      void bootstrap('a', stuck, dead);
    });
    // Time goes a hundred times as fast for the other one
    const fast: Clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() * 100 };
    await bootstrap('b', counts(), fast);
    expect(once(await timesInChangelog())).toBe(true);
  });

  it('are gone on with at once by the instance that was killed', async () => {
    await expect(bootstrap('a', counts(failingAt(2_500)))).rejects.toThrow();
    await bootstrap('a', counts());
    expect(once(await timesInChangelog())).toBe(true);
  });

  it('are not seeded when they have data', async () => {
    const app = testApplication({ topology, client: cluster.client() });
    await app.start();
    await cluster.produce('in', [['a', 'x']]);
    await cluster.readUntil('out', (records) => records.length === 1);
    await app.close({ leaveGroup: true });
    await bootstrap('a', counts());
    expect((await cluster.read(CHANGELOG)).length).toBe(1);
  });
});

function rowsOf(...rows: readonly SeedRow[]): SeedSource {
  return {
    name: 'rows',
    repeatable: true,
    async *rows() {
      for (const row of rows) yield await Promise.resolve(row);
    },
  };
}
