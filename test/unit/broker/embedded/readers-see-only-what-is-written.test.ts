import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BrokerUnderTest, valuesIn } from './broker-under-test.js';
import { HeldWrites } from './held-writes.js';
import { newDirectory, removeDirectories } from './log-directory.js';

const PARTITION = { topic: 't', partition: 0 };

describe('a broker that is about to write, and could be killed before it has', () => {
  let writes: HeldWrites;
  let broker: BrokerUnderTest;
  beforeEach(async () => {
    writes = await HeldWrites.open(await newDirectory());
    broker = await BrokerUnderTest.open({ database: writes.database });
    await broker.topic('t');
  });
  afterEach(async () => {
    await broker.broker.close();
    await removeDirectories();
  });

  it('shows no record of it, nor an end of the log behind it', async () => {
    const letGo = writes.hold();
    const produced = broker.produce('t', ['1']);
    expect(await broker.fetch('t')).toMatchObject({ highWatermark: 0, records: Buffer.alloc(0) });
    expect(await endOfLog()).toBe(0);
    letGo();
    expect(await produced).toMatchObject({ errorCode: 0 });
    expect(await broker.fetch('t')).toMatchObject({ highWatermark: 1 });
    expect(await endOfLog()).toBe(1);
  });

  it('wakes who waits for records once they are written', async () => {
    const letGo = writes.hold();
    const waiting = broker.fetch('t', 0, { maxWaitMs: 60_000 });
    const produced = broker.produce('t', ['1']);
    letGo();
    expect(valuesIn((await waiting).records)).toEqual(['1']);
    await produced;
  });

  it('shows nothing of a transaction before its end is written', async () => {
    const writer = await broker.init('writer');
    await broker.produce('t', ['1'], writer);
    const letGo = writes.hold();
    const ended = broker.end(writer, true);
    expect(await broker.committedValues('t')).toEqual([]);
    expect(await broker.fetch('t')).toMatchObject({ highWatermark: 1, lastStableOffset: 0 });
    letGo();
    expect(await ended).toBe(0);
    expect(await broker.committedValues('t')).toEqual(['1']);
  });

  it('tells a committed offset only once it is written', async () => {
    const letGo = writes.hold();
    const committed = commitOffset(7);
    const order: string[] = [];
    const asked = broker.ask(
      'OffsetFetch',
      { groupId: 'g', partitions: [PARTITION], requireStable: true },
      'transaction',
    );
    const told = asked.then(({ partitions }) => order.push(`told ${partitions[0]!.offset}`));
    await broker.fetch('t');
    order.push('let go');
    letGo();
    await Promise.all([committed, told]);
    expect(order).toEqual(['let go', 'told 7']);
  });

  async function endOfLog(): Promise<number> {
    const partitions = [{ ...PARTITION, timestamp: 'latest' as const, currentLeaderEpoch: -1 }];
    return (await broker.ask('ListOffsets', { isolation: 'read_uncommitted', partitions })).partitions[0]!.offset;
  }

  async function commitOffset(offset: number): Promise<void> {
    const offsets = [{ ...PARTITION, offset, leaderEpoch: 0, metadata: '' }];
    await broker.ask('OffsetCommit', { groupId: 'g', generationId: -1, memberId: '', groupInstanceId: null, offsets });
  }
});
