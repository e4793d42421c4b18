import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Change } from '../../../../src/query/gen/millrace/query/v1/state_query_service.js';
import { toChange } from '../../../../src/query/watch/change-messages.js';
import { systemClock } from '../../../../src/util/time.js';
import { EmbeddedCluster } from '../../../support/embedded-cluster.js';
import { WatchedApplication } from '../../../support/watched-application.js';
import { WRITTEN_STORES } from '../../../support/written-stores.js';

type Put = readonly [key: string, value: string | null, timestamp: number];

const PARTITIONS = 2;
/** One key of each partition, put last: a watch that has them has all. */
const LAST: readonly Put[] = [['last-0', 'x', 90_000], ['last-1', 'x', 90_000], ['last-2', 'x', 90_000]]; // prettier-ignore

const put = fc.tuple(
  fc.constantFrom('a', 'b', 'c', 'd'),
  fc.option(fc.constantFrom<string>('x', 'y', 'z'), { freq: 3 }),
  fc.integer({ min: 0, max: 89_999 }),
);

/** What was said last of each row; of versions each is one. */
function told(changes: readonly Change[], versioned: boolean): Record<string, unknown> {
  const rows = new Map<string, unknown>();
  for (const { record, windowStart, windowEnd, deleted } of changes) {
    const { key, value, timestamp } = record ?? {};
    const row = JSON.stringify([key, windowStart, windowEnd, versioned && timestamp]);
    if (deleted) rows.delete(row);
    else rows.set(row, { value: value as unknown, timestamp });
  }
  return Object.fromEntries([...rows].sort(([left], [right]) => (left < right ? -1 : 1)));
}

const isWhole = (changes: readonly Change[]): boolean =>
  LAST.every(([key]) => changes.some(({ record }) => record?.key === key));

/** A watch is told of a commit a moment before that is on disk. */
async function committed(running: WatchedApplication): Promise<Change[]> {
  for (;;) {
    const content = (await running.content('written')).map(toChange);
    if (isWhole(content)) return content;
    await systemClock.yieldToEventLoop();
  }
}

describe.each(Object.entries(WRITTEN_STORES))('a watch of %s', (kind, topology) => {
  it('comes to its content: with a snapshot at any time, and cut and resumed anywhere', async () => {
    const puts = fc.array(put, { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(puts, puts, fc.nat(20), async (before, after, cut) => {
        const cluster = await EmbeddedCluster.open({ in: PARTITIONS, out: 1, other: 1 });
        const running = await WatchedApplication.start(cluster, topology());
        try {
          await cluster.produce('in', before);
          const first = running.watch('written', { snapshot: true });
          await first.begun();
          const producing = cluster.produce('in', [...after, ...LAST]);
          await Promise.race([first.until(({ responses }) => responses.length > cut), producing]);
          await first.stop();
          await producing;
          const second = running.watch('written', { resumeFrom: first.cursor });
          const versioned = kind.includes('versioned');
          await second.until(() => isWhole([...first.changes, ...second.changes]));
          await second.stop();
          const content = await committed(running);
          expect(told([...first.changes, ...second.changes], versioned)).toEqual(told(content, versioned));
        } finally {
          await running.close();
          await cluster.close();
        }
      }),
      { numRuns: 5, endOnFailure: true },
    );
  }, 120_000);
});
