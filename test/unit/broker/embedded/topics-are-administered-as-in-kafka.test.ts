import { describe, expect, it } from '@jest/globals';
import { batchOf, BrokerUnderTest } from './broker-under-test.js';

const OFFSET_OUT_OF_RANGE = 1;
const UNKNOWN_TOPIC_OR_PARTITION = 3;
const INVALID_TOPIC_EXCEPTION = 17;
const TOPIC_ALREADY_EXISTS = 36;
const INVALID_PARTITIONS = 37;
const INVALID_REPLICATION_FACTOR = 38;
const INVALID_CONFIG = 40;
const POLICY_VIOLATION = 44;
const GROUP_ID_NOT_FOUND = 69;
const HOUR_MS = 3_600_000;

describe('creating a topic', () => {
  it.each([
    ['a good one', 'new', 2, 1, {}, 0],
    ["one with the broker's defaults", 'new', -1, -1, {}, 0],
    ['one that exists', 't', 1, 1, {}, TOPIC_ALREADY_EXISTS],
    ['a name with a slash', 'a/b', 1, 1, {}, INVALID_TOPIC_EXCEPTION],
    ['no partitions', 'new', 0, 1, {}, INVALID_PARTITIONS],
    ['more replicas than brokers', 'new', 1, 3, {}, INVALID_REPLICATION_FACTOR],
    ['an unknown setting', 'new', 1, 1, { 'retention.minutes': '1' }, INVALID_CONFIG],
    ['a wrong value', 'new', 1, 1, { 'cleanup.policy': 'shred' }, INVALID_CONFIG],
  ])('answers %s', async (_, name, partitions, replicationFactor, configs: Record<string, string>, errorCode) => {
    const broker = await withTopic();
    const topics = [{ name, partitions, replicationFactor, configs }];
    const dry = await broker.ask('CreateTopics', { topics, timeoutMs: 0, validateOnly: true });
    const wet = await broker.ask('CreateTopics', { topics, timeoutMs: 0, validateOnly: false });
    expect([dry.topics[0]!.errorCode, wet.topics[0]!.errorCode]).toEqual([errorCode, errorCode]);
  });

  it('gives it an id of its own each time', async () => {
    const broker = await withTopic();
    const [before] = broker.broker.inspect();
    await broker.ask('DeleteTopics', { topics: ['t'], timeoutMs: 0 });
    await broker.topic('t');
    const [after] = broker.broker.inspect();
    expect(after!.topicId).toMatch(/^[0-9a-f]{32}$/);
    expect(after!.topicId).not.toBe(before!.topicId);
  });
});

describe('a topic', () => {
  it('takes more partitions, never fewer', async () => {
    const broker = await withTopic();
    const grow = (count: number) => broker.ask('CreatePartitions', { topics: [{ name: 't', count }], timeoutMs: 0 });
    expect((await grow(3)).topics[0]!.errorCode).toBe(0);
    expect((await grow(2)).topics[0]!.errorCode).toBe(INVALID_PARTITIONS);
    expect(broker.broker.inspect()[0]!.partitions).toHaveLength(3);
  });

  it('loses its records below an offset on request, unless it is only compacted', async () => {
    const broker = await withTopic();
    await broker.topic('compacted', 1, { 'cleanup.policy': 'compact' });
    for (const value of ['1', '2', '3']) await broker.produce('t', [value]);
    expect(await deleteBefore(broker, 't', 2)).toEqual([0, 2]);
    expect(await deleteBefore(broker, 't', 9)).toEqual([OFFSET_OUT_OF_RANGE, -1]);
    expect(await deleteBefore(broker, 't', -1)).toEqual([0, 3]);
    expect(await deleteBefore(broker, 'compacted', 0)).toEqual([POLICY_VIOLATION, -1]);
    expect((await broker.fetch('t', 1)).errorCode).toBe(OFFSET_OUT_OF_RANGE);
  });

  it('finds offsets by time, and its ends', async () => {
    const broker = await withTopic();
    const start = broker.clock.nowMs();
    for (const minutes of [0, 1, 2]) await broker.produceBatch('t', batchOf([['k', 'v']], start + minutes * 60_000));
    const at = (timestamp: number | 'earliest' | 'latest') => offsetAt(broker, timestamp);
    expect(await Promise.all([at('earliest'), at(start + 1), at(start + 120_001), at('latest')])).toEqual([
      0, 1, -1, 3,
    ]);
  });

  it('drops what is older than retention.ms, and what is more than retention.bytes', async () => {
    const broker = await withTopic();
    await broker.topic('old', 1, { 'retention.ms': String(HOUR_MS) });
    await broker.topic('big', 1, { 'retention.bytes': '1', 'retention.ms': '-1' });
    for (const topic of ['old', 'big', 't']) {
      for (let chunk = 0; chunk < 3; chunk++) await broker.produce(topic, ['x'.repeat(300_000)]);
    }
    await broker.clock.advance(2 * HOUR_MS);
    await broker.produce('old', ['young']);
    await broker.broker.maintain();
    const starts = broker.broker.inspect().map(({ name, partitions }) => [name, partitions[0]!.startOffset]);
    expect(starts).toEqual([
      ['big', 2],
      ['old', 3],
      ['t', 0],
    ]);
  });

  it('takes its committed offsets along when it is deleted', async () => {
    const broker = await withTopic();
    const offsets = [{ topic: 't', partition: 0, offset: 1, leaderEpoch: 0, metadata: '' }];
    const nobody = { groupId: 'g', generationId: -1, memberId: '', groupInstanceId: null };
    await broker.ask('OffsetCommit', { ...nobody, offsets });
    await broker.ask('DeleteTopics', { topics: ['t'], timeoutMs: 0 });
    const found = await broker.ask('OffsetFetch', { groupId: 'g', partitions: null, requireStable: false });
    expect(found.partitions).toEqual([]);
    const again = await broker.ask('DeleteTopics', { topics: ['t'], timeoutMs: 0 });
    expect(again.topics[0]!.errorCode).toBe(UNKNOWN_TOPIC_OR_PARTITION);
  });
});

describe('a group', () => {
  it('is deleted with its offsets', async () => {
    const broker = await withTopic();
    const offsets = [{ topic: 't', partition: 0, offset: 1, leaderEpoch: 0, metadata: '' }];
    const nobody = { groupId: 'g', generationId: -1, memberId: '', groupInstanceId: null };
    await broker.ask('OffsetCommit', { ...nobody, offsets });
    const answers = [
      await broker.ask('DeleteGroups', { groups: ['g'] }),
      await broker.ask('DeleteGroups', { groups: ['g'] }),
    ];
    expect(answers.map(({ groups }) => groups[0]!.errorCode)).toEqual([0, GROUP_ID_NOT_FOUND]);
  });
});

async function withTopic(): Promise<BrokerUnderTest> {
  const broker = await BrokerUnderTest.open();
  await broker.topic('t');
  return broker;
}

async function deleteBefore(broker: BrokerUnderTest, topic: string, offset: number): Promise<number[]> {
  const answer = await broker.ask('DeleteRecords', { partitions: [{ topic, partition: 0, offset }], timeoutMs: 0 });
  const { errorCode, lowWatermark } = answer.partitions[0]!;
  return [errorCode, lowWatermark];
}

async function offsetAt(broker: BrokerUnderTest, timestamp: number | 'earliest' | 'latest'): Promise<number> {
  const partitions = [{ topic: 't', partition: 0, timestamp }];
  return (await broker.ask('ListOffsets', { isolation: 'read_uncommitted', partitions })).partitions[0]!.offset;
}
