import { describe, expect, it } from '@jest/globals';
import { BrokerUnderTest, valuesIn, type Holder } from './broker-under-test.js';

const INVALID_PRODUCER_EPOCH = 47;
const INVALID_TXN_STATE = 48;
const CONCURRENT_TRANSACTIONS = 51;
const PRODUCER_FENCED = 90;
const TRANSACTION_ABORTABLE = 120;

describe('a transaction under version 2', () => {
  it('is seen by read_committed readers only once it is committed', async () => {
    const broker = await withTopics();
    const writer = await broker.init('writer');
    await broker.produce('a', ['1', '2'], writer);
    await broker.produce('b', ['3'], writer);
    expect(await broker.committedValues('a')).toEqual([]);
    expect(valuesIn((await broker.fetch('a')).records)).toEqual(['1', '2']);
    expect(await broker.end(writer, true)).toBe(0);
    expect(await broker.committedValues('a')).toEqual(['1', '2']);
    expect(await broker.committedValues('b')).toEqual(['3']);
  });

  it('gives its producer the next epoch when it ends, and that epoch starts with sequence 0', async () => {
    const broker = await withTopics();
    const writer = await broker.init('writer');
    await broker.produce('a', ['1'], writer);
    await broker.end(writer, true);
    expect(writer).toMatchObject({ producerEpoch: 1, sequences: new Map() });
    expect((await broker.produce('a', ['2'], writer)).errorCode).toBe(0);
    await broker.end(writer, false);
    expect(await broker.committedValues('a')).toEqual(['1']);
  });

  it('answers a repeated end as the first time', async () => {
    const broker = await withTopics();
    const writer = await broker.init('writer');
    await broker.produce('a', ['1'], writer);
    const before = { ...writer };
    await broker.end(writer, true);
    const again = { ...before };
    expect(await broker.end(again, true)).toBe(0);
    expect(again.producerEpoch).toBe(writer.producerEpoch);
    expect(await broker.end({ ...before }, false)).toBe(INVALID_TXN_STATE);
  });

  it('may be aborted, but not committed, with nothing in it', async () => {
    const broker = await withTopics();
    const writer = await broker.init('writer');
    expect(await broker.end(writer, true)).toBe(INVALID_TXN_STATE);
    expect(await broker.end(writer, false)).toBe(0);
    expect(writer.producerEpoch).toBe(1);
  });

  it('is aborted by a new holder of its id, whose elder is fenced', async () => {
    const broker = await withTopics();
    const zombie = await broker.init('writer');
    await broker.produce('a', ['zombie'], zombie);
    const writer = await broker.init('writer');
    expect((await broker.produce('a', ['late'], zombie)).errorCode).toBe(INVALID_PRODUCER_EPOCH);
    expect(await broker.end(zombie, true)).toBe(PRODUCER_FENCED);
    await broker.produce('a', ['new'], writer);
    await broker.end(writer, true);
    expect(await broker.committedValues('a')).toEqual(['new']);
  });

  it('is aborted by the clock when its time is over', async () => {
    const broker = await withTopics();
    const writer = await broker.init('writer', 10_000);
    await broker.produce('a', ['1'], writer);
    await broker.clock.advance(9_999);
    expect((await broker.fetch('a')).lastStableOffset).toBe(0);
    await broker.clock.advance(1);
    expect((await broker.fetch('a')).lastStableOffset).toBe(2);
    expect(await broker.committedValues('a')).toEqual([]);
    expect(await broker.end(writer, true)).toBe(INVALID_TXN_STATE);
    expect((await broker.produce('a', ['late'], writer)).errorCode).toBe(INVALID_PRODUCER_EPOCH);
  });

  it('lets a holder that lost an answer go on from its own id and epoch', async () => {
    const broker = await withTopics();
    const writer = await broker.init('writer');
    const { producerId, producerEpoch } = writer;
    const recover = () =>
      broker.ask('InitProducerId', {
        transactionalId: 'writer',
        transactionTimeoutMs: 1_000,
        producerId,
        producerEpoch,
      });
    await broker.produce('a', ['1'], writer);
    expect((await recover()).errorCode).toBe(CONCURRENT_TRANSACTIONS);
    expect(await recover()).toMatchObject({ errorCode: 0, producerId, producerEpoch: producerEpoch + 1 });
    await broker.init('writer');
    expect((await recover()).errorCode).toBe(PRODUCER_FENCED);
  });
});

describe('a transaction under the older protocol', () => {
  it('keeps epoch and sequence from one transaction to the next', async () => {
    const broker = await withTopics(1);
    const writer = await broker.init('writer');
    for (const value of ['1', '2']) {
      await broker.ask('AddPartitionsToTxn', { ...named(writer), partitions: [{ topic: 'a', partition: 0 }] });
      expect((await broker.produce('a', [value], writer)).errorCode).toBe(0);
      await broker.end(writer, true);
    }
    expect(writer).toMatchObject({ producerEpoch: 0, sequences: new Map([['a/0', 2]]) });
    expect(await broker.committedValues('a')).toEqual(['1', '2']);
  });

  it('takes no batch for a partition that was not added', async () => {
    const broker = await withTopics(1);
    const writer = await broker.init('writer');
    expect((await broker.produce('a', ['1'], writer)).errorCode).toBe(TRANSACTION_ABORTABLE);
  });
});

async function withTopics(transactionVersion: 1 | 2 = 2): Promise<BrokerUnderTest> {
  const broker = await BrokerUnderTest.open({ transactionVersion });
  await broker.topic('a');
  await broker.topic('b');
  return broker;
}

function named({ transactionalId, producerId, producerEpoch }: Holder) {
  return { transactionalId: transactionalId ?? '', producerId, producerEpoch };
}
