import { describe, expect, it } from '@jest/globals';
import { batchOf, BrokerUnderTest, type Holder } from './broker-under-test.js';

const CORRUPT_MESSAGE = 2;
const UNKNOWN_TOPIC_OR_PARTITION = 3;
const MESSAGE_TOO_LARGE = 10;
const INVALID_TIMESTAMP = 32;
const OUT_OF_ORDER_SEQUENCE_NUMBER = 45;
const INVALID_PRODUCER_ID_MAPPING = 49;

describe('an idempotent producer', () => {
  it('is told the offset of the first time when it repeats one of its last five batches', async () => {
    const { broker, writer } = await withTopic();
    for (let at = 0; at < 5; at++) await broker.produce('t', [`${at}`], writer);
    const repeated = await broker.produceBatch('t', numbered(broker, writer, 2));
    expect(repeated).toMatchObject({ errorCode: 0, baseOffset: 2 });
    expect((await broker.fetch('t')).highWatermark).toBe(5);
  });

  it.each([
    ['a gap', 7],
    ['a batch older than the last five', 0],
  ])('is refused %s', async (_, sequence) => {
    const { broker, writer } = await withTopic();
    for (let at = 0; at < 6; at++) await broker.produce('t', [`${at}`], writer);
    const answer = await broker.produceBatch('t', numbered(broker, writer, sequence));
    expect(answer.errorCode).toBe(OUT_OF_ORDER_SEQUENCE_NUMBER);
  });

  it('goes on after the highest sequence number with 0', async () => {
    const { broker, writer } = await withTopic();
    await broker.produceBatch('t', numbered(broker, writer, 2_147_483_647));
    expect((await broker.produceBatch('t', numbered(broker, writer, 0))).errorCode).toBe(0);
  });
});

describe('produce', () => {
  it('refuses a batch whose checksum is wrong', async () => {
    const { broker } = await withTopic();
    const batch = batchOf([['k', 'v']], broker.clock.nowMs());
    batch[batch.length - 2]! ^= 1;
    expect((await broker.produceBatch('t', batch)).errorCode).toBe(CORRUPT_MESSAGE);
  });

  it('refuses topics, partitions and transactional ids that do not exist', async () => {
    const { broker } = await withTopic();
    expect((await broker.produce('other', ['1'])).errorCode).toBe(UNKNOWN_TOPIC_OR_PARTITION);
    expect((await broker.produce('t', ['1'], undefined, 1)).errorCode).toBe(UNKNOWN_TOPIC_OR_PARTITION);
    const stranger: Holder = { transactionalId: 'nobody', producerId: 9n, producerEpoch: 0, sequences: new Map() };
    expect((await broker.produce('t', ['1'], stranger)).errorCode).toBe(INVALID_PRODUCER_ID_MAPPING);
  });

  it('heeds max.message.bytes and message.timestamp.after.max.ms', async () => {
    const { broker } = await withTopic({ 'max.message.bytes': '200' });
    expect((await broker.produce('t', ['x'.repeat(200)])).errorCode).toBe(MESSAGE_TOO_LARGE);
    const tomorrow = batchOf([['k', 'v']], broker.clock.nowMs() + 86_400_000);
    expect((await broker.produceBatch('t', tomorrow)).errorCode).toBe(INVALID_TIMESTAMP);
  });

  it("gives records the broker's time where the topic asks for it", async () => {
    const { broker } = await withTopic({ 'message.timestamp.type': 'LogAppendTime' });
    await broker.produceBatch('t', batchOf([['k', 'v']], 5));
    const partitions = [{ topic: 't', partition: 0, timestamp: broker.clock.nowMs() }];
    const found = await broker.ask('ListOffsets', { isolation: 'read_uncommitted', partitions });
    expect(found.partitions[0]).toMatchObject({ offset: 0, timestamp: broker.clock.nowMs() });
  });

  it('keeps its own copy of what it is given', async () => {
    const { broker } = await withTopic();
    const batch = batchOf([['k', 'v']], broker.clock.nowMs());
    const sent = broker.produceBatch('t', batch);
    batch.fill(0, 12);
    expect((await sent).errorCode).toBe(0);
  });
});

async function withTopic(configs: Record<string, string> = {}): Promise<{ broker: BrokerUnderTest; writer: Holder }> {
  const broker = await BrokerUnderTest.open();
  await broker.topic('t', 1, configs);
  return { broker, writer: await broker.init(null) };
}

function numbered(broker: BrokerUnderTest, writer: Holder, sequence: number): Buffer {
  return batchOf([['k', 'again']], broker.clock.nowMs(), writer, sequence);
}
