import { describe, expect, it } from '@jest/globals';
import { settle } from '../../../support/manual-clock.js';
import { BrokerUnderTest, valuesIn } from './broker-under-test.js';

const OFFSET_OUT_OF_RANGE = 1;
const UNKNOWN_LEADER_EPOCH = 75;

describe('fetch', () => {
  it('waits for a record, at most for maxWaitMs', async () => {
    const broker = await withTopic();
    const early = broker.fetch('t', 0, { maxWaitMs: 100 });
    await broker.produce('t', ['1']);
    expect(valuesIn((await early).records)).toEqual(['1']);
    let answered = false;
    const late = broker.fetch('t', 1, { maxWaitMs: 100 }).then((answer) => {
      answered = true;
      return answer;
    });
    await broker.clock.advance(99);
    expect(answered).toBe(false);
    await broker.clock.advance(1);
    expect((await late).records).toHaveLength(0);
  });

  it('sees a record that comes while it looks, at whatever moment', async () => {
    for (let turns = 0; turns < 30; turns++) {
      const broker = await withTopic();
      const waiting = broker.fetch('t', 0, { maxWaitMs: 100 });
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      await broker.produce('t', ['1']);
      await settle();
      expect(broker.clock.pendingTimers).toBe(0);
      expect(valuesIn((await waiting).records)).toEqual(['1']);
    }
  });

  it('under read_committed waits until a transaction ends', async () => {
    const broker = await withTopic();
    const writer = await broker.init('writer');
    const waiting = broker.fetch('t', 0, { isolation: 'read_committed', maxWaitMs: 1_000 });
    await broker.produce('t', ['1'], writer);
    await settle();
    await broker.end(writer, true);
    expect(valuesIn((await waiting).records)).toEqual(['1']);
  });

  it('waits without holding up other channels, and is held up by nothing but its own', async () => {
    const broker = await withTopic();
    const first = broker.fetch('t', 0, { maxWaitMs: 100 });
    const second = broker.fetch('t', 0, { maxWaitMs: 0 });
    await broker.ask('Metadata', { topics: null });
    await broker.clock.advance(100);
    expect((await first).errorCode).toBe(0);
    expect((await second).errorCode).toBe(0);
  });

  it('gives the first batch whatever its size, and then as many as fit', async () => {
    const broker = await withTopic();
    for (const value of ['1', '2', '3']) await broker.produce('t', [value]);
    const size = (await broker.fetch('t', 2)).records.length;
    expect(valuesIn((await broker.fetch('t', 0, { maxBytes: 1 })).records)).toEqual(['1']);
    expect(valuesIn((await broker.fetch('t', 0, { maxBytes: 2 * size })).records)).toEqual(['1', '2']);
  });

  it('begins with the batch that holds the offset', async () => {
    const broker = await withTopic();
    await broker.produce('t', ['1', '2', '3']);
    expect(valuesIn((await broker.fetch('t', 2)).records)).toEqual(['1', '2', '3']);
  });

  it.each([
    ['an offset above the end', { fetchOffset: 2, currentLeaderEpoch: -1 }, OFFSET_OUT_OF_RANGE],
    ['the leader epoch it has', { fetchOffset: 0, currentLeaderEpoch: 0 }, 0],
    ['a newer leader epoch', { fetchOffset: 0, currentLeaderEpoch: 1 }, UNKNOWN_LEADER_EPOCH],
  ])('answers %s', async (_, asked, errorCode) => {
    const broker = await withTopic();
    await broker.produce('t', ['1']);
    const partitions = [{ topic: 't', partition: 0, maxBytes: 1_000, ...asked }];
    const limits = { maxWaitMs: 0, minBytes: 1, maxBytes: 1_000 };
    const answer = await broker.ask('Fetch', { isolation: 'read_uncommitted', ...limits, partitions });
    expect(answer.partitions[0]!.errorCode).toBe(errorCode);
  });
});

describe('a transport', () => {
  it('rejects what is under way, and everything after, once it is closed', async () => {
    const broker = await withTopic();
    const waiting = broker.fetch('t', 0, { maxWaitMs: 1_000 });
    await broker.transport.close();
    await expect(waiting).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
    await expect(broker.fetch('t')).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
  });

  it('rejects a request that is not answered in time', async () => {
    const broker = await withTopic();
    const partitions = [{ topic: 't', partition: 0, fetchOffset: 0, maxBytes: 1, currentLeaderEpoch: -1 }];
    const fetch = { isolation: 'read_committed' as const, maxWaitMs: 1_000, minBytes: 1, maxBytes: 1, partitions };
    const waiting = broker.transport.request('any', 'fetch', 'Fetch', fetch, { timeoutMs: 500 });
    const rejected = expect(waiting).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
    await broker.clock.advance(500);
    await rejected;
  });

  it('knows no node but its own', async () => {
    const broker = await withTopic();
    await expect(broker.transport.request(2, 'admin', 'Metadata', { topics: null })).rejects.toMatchObject({
      code: 'BROKER_UNAVAILABLE',
    });
    const { brokers } = await broker.ask('Metadata', { topics: [] });
    expect(brokers.map(({ nodeId }) => nodeId)).toEqual([1]);
  });
});

async function withTopic(): Promise<BrokerUnderTest> {
  const broker = await BrokerUnderTest.open();
  await broker.topic('t');
  return broker;
}
