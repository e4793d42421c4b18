import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { moveOffsets, type ResetTarget } from '../../../../src/app/reset/reset-target.js';
import type { BrokerClient } from '../../../../src/broker/client/client.js';
import { EmbeddedCluster } from '../../../support/embedded-cluster.js';

/** A log from offset 2 to 10, whose record at offset n has the time 1,000 + n; 5 is committed. */
let cluster: EmbeddedCluster;
let client: BrokerClient;
const partition = { topic: 'in', partition: 0 };
const committed = new Map([['in-0', { ...partition, offset: 5, leaderEpoch: -1, metadata: '' }]]);

beforeAll(async () => {
  cluster = await EmbeddedCluster.open({ in: 1 });
  client = cluster.client();
  await cluster.produce(
    'in',
    Array.from({ length: 10 }, () => ['k', 'v'] as const),
  );
  await client.admin.deleteRecords([{ ...partition, offset: 2 }]);
});
afterAll(() => cluster.close());

describe('the offset at which an application starts again', () => {
  it.each<[string, ResetTarget, number]>([
    ['the first record', 'earliest', 2],
    ['the end', 'latest', 10],
    ['the first record as young as a time', { timeMs: 1_007 }, 7],
    ['the end where no record is as young', { timeMs: 2_000 }, 10],
    ['an offset', { offset: 4 }, 4],
    ['the first record there is, where the offset is gone', { offset: 1 }, 2],
    ['the end, where the offset is yet to come', { offset: 11 }, 10],
    ['some records on', { shiftBy: 3 }, 8],
    ['some records back', { shiftBy: -2 }, 3],
    ['no further back than the first record', { shiftBy: -9 }, 2],
  ])('is that of %s', async (_what, target, to) => {
    expect(await moveOffsets(client.admin, [partition], target, committed)).toEqual([{ ...partition, from: 5, to }]);
  });

  it('is shifted from the first record where none was committed', async () => {
    const moves = await moveOffsets(client.admin, [partition], { shiftBy: 1 }, new Map());
    expect(moves).toEqual([{ ...partition, from: null, to: 3 }]);
  });
});
