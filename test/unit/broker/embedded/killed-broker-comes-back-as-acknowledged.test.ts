import { afterEach, describe, expect, it } from '@jest/globals';
import { BrokerUnderTest } from './broker-under-test.js';
import { asKilledNow, newDirectory, removeDirectories } from './log-directory.js';

const DUPLICATE_IS_NO_ERROR = 0;
const INVALID_PRODUCER_EPOCH = 47;
const UNSTABLE_OFFSET_COMMIT = 88;

describe('a broker that was killed', () => {
  const open: BrokerUnderTest[] = [];
  afterEach(async () => {
    for (const { broker } of open.splice(0)) await broker.close();
    await removeDirectories();
  });

  it('has its topics, records and offsets again', async () => {
    const { broker, directory } = await started();
    await broker.topic('t', 2, { 'cleanup.policy': 'compact' });
    await broker.produce('t', ['1', '2'], undefined, 1);
    await commitOffset(broker, 7);
    const again = await restarted(directory);
    const [before, after] = await Promise.all(
      [broker, again].map((one) => one.ask('Metadata', { topics: ['t'] }).then(({ topics }) => topics[0]!)),
    );
    expect(after!.topicId).toBe(before!.topicId);
    expect(after!.partitions).toHaveLength(2);
    expect(await again.committedValues('t', 1)).toEqual(['1', '2']);
    expect(await committedOffset(again)).toMatchObject({ offset: 7, metadata: 'm' });
    const configs = await again.ask('DescribeConfigs', { topics: ['t'] });
    expect(configs.topics[0]!.configs['cleanup.policy']).toBe('compact');
  });

  it('goes on under the next leader epoch, behind the old end of the log', async () => {
    const { broker, directory } = await started();
    await broker.topic('t');
    await broker.produce('t', ['1']);
    const again = await restarted(directory);
    expect((await again.produce('t', ['2'])).baseOffset).toBe(1);
    const { records } = await again.fetch('t', 1);
    expect(records.readInt32BE(12)).toBe(1);
  });

  it('still knows a repeated batch from a new one', async () => {
    const { broker, directory } = await started();
    await broker.topic('t');
    const writer = await broker.init(null);
    const before = { ...writer, sequences: new Map(writer.sequences) };
    await broker.produce('t', ['1'], writer);
    const again = await restarted(directory);
    expect(await again.produce('t', ['1'], before)).toMatchObject({ errorCode: DUPLICATE_IS_NO_ERROR, baseOffset: 0 });
    expect(await again.produce('t', ['2'], writer)).toMatchObject({ errorCode: 0, baseOffset: 1 });
    expect((await again.init(null)).producerId).not.toBe(writer.producerId);
  });

  it('keeps an open transaction open until its time is over', async () => {
    const { broker, directory } = await started();
    await broker.topic('t');
    const writer = await broker.init('writer', 10_000);
    await broker.produce('t', ['1'], writer);
    await stageOffset(broker, writer);
    const again = await restarted(directory, broker);
    expect((await again.fetch('t')).lastStableOffset).toBe(0);
    expect(await committedOffset(again)).toMatchObject({ errorCode: UNSTABLE_OFFSET_COMMIT });
    await again.clock.advance(10_000);
    expect(await committedOffset(again)).toMatchObject({ errorCode: 0, offset: -1 });
    expect((await again.fetch('t')).lastStableOffset).toBe(2);
    expect((await again.produce('t', ['2'], writer)).errorCode).toBe(INVALID_PRODUCER_EPOCH);
  });

  it('lets the holder of an open transaction commit it', async () => {
    const { broker, directory } = await started();
    await broker.topic('t');
    const writer = await broker.init('writer');
    await broker.produce('t', ['1'], writer);
    const again = await restarted(directory, broker);
    expect(await again.end(writer, true)).toBe(0);
    expect(await again.committedValues('t')).toEqual(['1']);
  });

  it('keeps what was aborted from readers', async () => {
    const { broker, directory } = await started();
    await broker.topic('t');
    const writer = await broker.init('writer');
    await broker.produce('t', ['dropped'], writer);
    await broker.end(writer, false);
    await broker.produce('t', ['kept'], writer);
    await broker.end(writer, true);
    expect(await (await restarted(directory)).committedValues('t')).toEqual(['kept']);
  });

  it('has no records of a deleted topic, nor of the deleted start of another', async () => {
    const { broker, directory } = await started();
    await broker.topic('gone');
    await broker.topic('t');
    await broker.produce('gone', ['1']);
    for (const value of ['1', '2', '3']) await broker.produce('t', [value]);
    await broker.ask('DeleteTopics', { topics: ['gone'], timeoutMs: 0 });
    await broker.ask('DeleteRecords', { partitions: [{ topic: 't', partition: 0, offset: 2 }], timeoutMs: 0 });
    const again = await restarted(directory);
    await again.topic('gone');
    expect(await again.committedValues('gone')).toEqual([]);
    expect(await again.fetch('t', 2)).toMatchObject({ logStartOffset: 2, highWatermark: 3 });
  });

  it('has a transaction wholly or not at all, wherever its last write was torn', async () => {
    const { broker, directory } = await started();
    await broker.topic('t', 3);
    for (let round = 0; round < 4; round++) {
      const writer = await broker.init(`writer-${round}`);
      for (const partition of [0, 1, 2]) await broker.produce('t', [`r${round}`], writer, partition);
      await stageOffset(broker, writer, round);
      await broker.end(writer, true);
    }
    const seen = new Set<string>();
    for (let lostBytes = 0; lostBytes < 6_000; lostBytes += 211) {
      const again = await restarted(directory, broker, lostBytes);
      if ((await again.ask('Metadata', { topics: ['t'] })).topics[0]!.errorCode !== 0) continue;
      await again.clock.advance(120_000);
      const views = await Promise.all([0, 1, 2].map((partition) => again.committedValues('t', partition)));
      expect(views).toEqual([views[0], views[0], views[0]]);
      expect((await committedOffset(again)).offset).toBe(views[0]!.length - 1);
      seen.add(views[0]!.join());
    }
    expect(seen.size).toBeGreaterThan(2);
  });

  it('names STATE_DIR when another process has the directory', async () => {
    const { directory } = await started();
    await expect(BrokerUnderTest.open({ directory })).rejects.toMatchObject({
      code: 'LOG_DIRECTORY_LOCKED',
      hint: expect.stringContaining('STATE_DIR'),
    });
  });

  async function started(): Promise<{ broker: BrokerUnderTest; directory: string }> {
    const directory = await newDirectory();
    const broker = await BrokerUnderTest.open({ directory });
    open.push(broker);
    return { broker, directory };
  }

  async function restarted(directory: string, elder?: BrokerUnderTest, lostBytes = 0): Promise<BrokerUnderTest> {
    const copy = await asKilledNow(directory, lostBytes);
    const broker = await BrokerUnderTest.open({ directory: copy, clock: elder?.clock });
    open.push(broker);
    return broker;
  }
});

async function commitOffset(broker: BrokerUnderTest, offset: number): Promise<void> {
  const offsets = [{ topic: 't', partition: 0, offset, leaderEpoch: 0, metadata: 'm' }];
  await broker.ask('OffsetCommit', { groupId: 'g', generationId: -1, memberId: '', groupInstanceId: null, offsets });
}

async function stageOffset(
  broker: BrokerUnderTest,
  writer: Awaited<ReturnType<BrokerUnderTest['init']>>,
  offset = 1,
): Promise<void> {
  const { producerId, producerEpoch } = writer;
  const offsets = [{ topic: 't', partition: 0, offset, leaderEpoch: 0, metadata: 'm' }];
  const nobody = { groupId: 'g', generationId: -1, memberId: '', groupInstanceId: null };
  const transactionalId = writer.transactionalId ?? '';
  await broker.ask('TxnOffsetCommit', { ...nobody, transactionalId, producerId, producerEpoch, offsets });
}

async function committedOffset(broker: BrokerUnderTest) {
  const partitions = [{ topic: 't', partition: 0 }];
  return (await broker.ask('OffsetFetch', { groupId: 'g', partitions, requireStable: true })).partitions[0]!;
}
