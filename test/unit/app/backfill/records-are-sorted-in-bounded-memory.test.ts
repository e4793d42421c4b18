import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ExternalSorter } from '../../../../src/app/backfill/external-sorter.js';
import type { StoredRecord } from '../../../../src/runtime/in-process/stored-record.js';
import { NO_HEADERS } from '../../../../src/util/headers.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sorter-'));
});
afterAll(() => rm(directory, { recursive: true }));

const bytes = fc.option(fc.uint8Array({ maxLength: 20 }).map((array) => Buffer.from(array)));
const header = fc.tuple(fc.string(), bytes);
const part = fc.record({
  timestamp: fc.integer({ min: 0, max: 50 }),
  key: bytes,
  value: bytes,
  headers: fc.oneof(fc.constant(NO_HEADERS), fc.array(header, { maxLength: 2 })),
});
const records = fc
  .array(part, { maxLength: 300 })
  .map((parts) =>
    parts.map((each, sequence): StoredRecord => ({ ...each, topic: sequence % 3, partition: sequence % 5, sequence })),
  );
const compare = (left: StoredRecord, right: StoredRecord): number =>
  left.timestamp - right.timestamp || left.sequence - right.sequence;

/** Room for some ten records. */
const sorter = (): ExternalSorter => new ExternalSorter({ compare, memoryBytes: 4_000, directory });

describe('an external sorter', () => {
  it('gives what was added, sorted, whatever goes to disk', async () => {
    await fc.assert(
      fc.asyncProperty(records, async (given) => {
        const sorted = sorter();
        for (const record of given) await sorted.add(record);
        expect(await taken(sorted)).toEqual(given.toSorted(compare));
        await sorted.close();
      }),
      { numRuns: 30 },
    );
  });

  it('gives the first records while others are still to come', async () => {
    await fc.assert(
      fc.asyncProperty(records, records, async (before, after) => {
        const sorted = sorter();
        for (const record of before) await sorted.add(record);
        const first = await taken(sorted, 25);
        const later = after
          .filter(({ timestamp }) => timestamp >= 25)
          .map((each) => ({ ...each, sequence: each.sequence + 1_000 }));
        for (const record of later) await sorted.add(record);
        expect([...first, ...(await taken(sorted))]).toEqual([...before, ...later].toSorted(compare));
        await sorted.close();
      }),
      { numRuns: 30 },
    );
  });

  it('merges its files when there are many, and leaves none behind', async () => {
    const sorted = sorter();
    const given = Array.from({ length: 2_000 }, (_, index): StoredRecord => {
      const timestamp = (index * 7_919) % 2_000;
      return {
        topic: 0,
        partition: 0,
        timestamp,
        sequence: index,
        key: null,
        value: Buffer.from(String(index)),
        headers: NO_HEADERS,
      };
    });
    for (const record of given) await sorted.add(record);
    expect((await readdir(directory)).length).toBeLessThan(70);
    expect(await taken(sorted)).toEqual(given.toSorted(compare));
    await sorted.close();
    expect(await readdir(directory)).toEqual([]);
  });
});

async function taken(sorted: ExternalSorter, beforeMs = Infinity): Promise<StoredRecord[]> {
  const all: StoredRecord[] = [];
  for await (const batch of sorted.take(({ timestamp }) => timestamp < beforeMs)) all.push(...batch);
  return all;
}
