import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type BrokerClient, type Writer, partitionKey } from '../../src/broker/client/client.js';
import { FencedError } from '../../src/broker/client/errors.js';
import { NO_HEADERS } from '../../src/util/headers.js';
import { systemClock } from '../../src/util/time.js';
import { kafkaClient } from '../support/broker/kafka-under-test.js';
import { type KafkaCluster, startKafka } from '../support/kafka/kafka-cluster.js';

const PARTITIONS = 3;
const clusters = [
  { name: 'the only broker', brokers: 1 },
  { name: 'one broker of three', brokers: 3 },
];

describe.each(clusters)('when $name is killed and comes back', ({ brokers }) => {
  let kafka: KafkaCluster;
  let client: BrokerClient;
  let topics = 0;
  beforeAll(async () => {
    kafka = await startKafka({ brokers, properties: { 'min.insync.replicas': Math.min(brokers, 2) } });
    client = kafkaClient(kafka.brokers, 'survivor');
  });
  afterAll(async () => {
    await client.close();
    await kafka.stop();
  });

  const killAndStart = async (index: number): Promise<void> => {
    await kafka.kill(index);
    await systemClock.sleep(500);
    await kafka.start(index);
  };
  const newTopic = async (): Promise<string> => {
    const name = `killed-${++topics}`;
    await client.admin.createTopics([{ name, partitions: PARTITIONS }]);
    return name;
  };
  const sendNumbers = (writer: Writer, topic: string, from: number, to: number): void => {
    for (let i = from; i < to; i++) writer.send(topic, i % PARTITIONS, null, Buffer.from(String(i)), i, NO_HEADERS);
  };
  const numbersOf = (partition: number, to: number): number[] =>
    Array.from({ length: to }, (_, i) => i).filter((i) => i % PARTITIONS === partition);

  /** Reads up to the ends as they are now; `during` runs in the middle. */
  async function read(topic: string, during?: () => Promise<void>): Promise<number[][]> {
    const partitions = Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition }));
    const ends = await client.admin.listOffsets(partitions, 'latest');
    const found: number[][] = partitions.map(() => []);
    const reader = client.reader({ isolation: 'read_committed', channel: 'fetch', maxPartitionBytes: 2_000 });
    for (const partition of partitions) reader.seek(partition, 0);
    const ahead = (part: number): boolean =>
      partitions.some((one) => reader.position(one)! < ends.get(partitionKey(one))! * part);
    let disturbance: Promise<void> | undefined;
    while (ahead(1)) {
      for (const { partition, records } of await reader.poll())
        for (let i = 0; i < records.length; i++) found[partition]!.push(records.timestamp(i));
      if (!ahead(0.3)) disturbance ??= during?.();
    }
    await disturbance;
    await reader.close();
    return found;
  }
  const allNumbers = (to: number): number[][] => Array.from({ length: PARTITIONS }, (_, p) => numbersOf(p, to));

  it('an idempotent writer has written every record once, in order', async () => {
    const topic = await newTopic();
    const writer = client.writer({ maxBatchBytes: 500 });
    await writer.init();
    sendNumbers(writer, topic, 0, 3_000);
    const killed = killAndStart(0);
    for (let i = 3_000; i < 9_000; i += 300) {
      sendNumbers(writer, topic, i, i + 300);
      await systemClock.sleep(20);
      await writer.drain();
    }
    await writer.flush();
    await killed;
    expect(await read(topic)).toEqual(allNumbers(9_000));
  });

  it('a transactional writer has committed every record once, in order', async () => {
    const topic = await newTopic();
    const writer = client.writer({ transactionalId: 'killed', transactionTimeoutMs: 60_000, maxBatchBytes: 500 });
    await writer.init();
    let killed: Promise<void> | undefined;
    for (let i = 0; i < 9_000; i += 300) {
      writer.begin();
      sendNumbers(writer, topic, i, i + 300);
      if (i === 3_000) killed = killAndStart(0);
      await writer.commit();
    }
    await killed;
    expect(await read(topic)).toEqual(allNumbers(9_000));
  });

  it('a reader reads every record once, in order', async () => {
    const topic = await newTopic();
    const writer = client.writer({ maxBatchBytes: 500 });
    await writer.init();
    sendNumbers(writer, topic, 0, 30_000);
    await writer.flush();
    expect(await read(topic, () => killAndStart(0))).toEqual(allNumbers(30_000));
  });

  it('a paused broker delays commits and fences nobody', async () => {
    const topic = await newTopic();
    const writer = client.writer({ transactionalId: 'paused', transactionTimeoutMs: 60_000 });
    await writer.init();
    writer.begin();
    sendNumbers(writer, topic, 0, 300);
    for (let i = 0; i < brokers; i++) kafka.pause(i);
    const committed = writer.commit();
    await systemClock.sleep(1_000);
    for (let i = 0; i < brokers; i++) kafka.resume(i);
    await expect(committed.catch((error: unknown) => error instanceof FencedError)).resolves.toBe(undefined);
    expect(await read(topic)).toEqual(allNumbers(300));
  });
});
