import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ErrorCode } from '../../../../src/broker/client/error-codes.js';
import { TransactionAbortableError, UnknownOutcomeError } from '../../../../src/broker/client/errors.js';
import type { ProduceRequest, ProduceResponse } from '../../../../src/broker/client/protocol.js';
import { NO_HEADERS } from '../../../../src/util/headers.js';
import { seededRandom } from '../../../../src/util/random.js';
import { TamperingTransport } from '../../../support/broker/tampering-transport.js';
import { EmbeddedCluster } from '../../../support/embedded-cluster.js';
import { FaultyTransport } from '../../../support/faulty-transport.js';
import { scaledClock } from '../../../support/scaled-clock.js';

let cluster: EmbeddedCluster;
beforeEach(async () => {
  cluster = await EmbeddedCluster.open({ out: 1 });
});
afterEach(() => cluster.close());

/** Refuses the second to fifth batch with an error. */
const refusing = (errorCode: number) => {
  let requests = 0;
  const refuse = ({ partitions }: ProduceRequest): ProduceResponse | undefined => {
    requests++;
    if (requests < 2 || requests > 5) return undefined;
    const refused = { errorCode, errorMessage: null, baseOffset: -1, logStartOffset: -1 };
    return { partitions: partitions.map(({ topic, partition }) => ({ topic, partition, ...refused })) };
  };
  return cluster.client((transport) => new TamperingTransport(transport, 'Produce', refuse), scaledClock(20));
};
const values = async (): Promise<(string | null)[]> => (await cluster.read('out')).map(({ value }) => value);
const twenty = Array.from({ length: 20 }, (_, i) => `v${i}`);

describe('a writer that the broker does not know (any more)', () => {
  const codes = ['UNKNOWN_PRODUCER_ID', 'OUT_OF_ORDER_SEQUENCE_NUMBER', 'INVALID_PRODUCER_EPOCH'] as const;

  it.each(codes)('goes on under a new id without a transaction, with every record in order (%s)', async (name) => {
    const writer = refusing(ErrorCode[name]).writer({ maxBatchBytes: 100 });
    await writer.init();
    for (const value of twenty) writer.send('out', 0, null, Buffer.from(value), 1, NO_HEADERS);
    await writer.flush();
    expect(await values()).toEqual(twenty);
  });

  it('has to abort its transaction, and commits the next', async () => {
    const writer = refusing(ErrorCode.UNKNOWN_PRODUCER_ID).writer({ transactionalId: 'w', maxBatchBytes: 100 });
    await writer.init();
    writer.begin();
    for (const value of twenty) writer.send('out', 0, null, Buffer.from(value), 1, NO_HEADERS);
    await expect(writer.commit()).rejects.toBeInstanceOf(TransactionAbortableError);
    await writer.abort();
    for (let i = 0; i < 4; i++) {
      writer.begin();
      writer.send('out', 0, null, Buffer.from(`next${i}`), 1, NO_HEADERS);
      await writer.commit().catch(() => writer.abort());
    }
    expect((await values()).at(-1)).toBe('next3');
  });
});

it('a batch that was refused for good is told at the next flush, once, and the others arrive', async () => {
  const writer = refusing(ErrorCode.INVALID_RECORD).writer({});
  await writer.init();
  writer.send('out', 0, null, Buffer.from('first'), 1, NO_HEADERS);
  await writer.flush();
  for (let i = 0; i < 4; i++) {
    writer.send('out', 0, null, Buffer.from('refused'), 1, NO_HEADERS);
    await expect(writer.flush()).rejects.toMatchObject({ code: 'INVALID_RECORD' });
  }
  writer.send('out', 0, null, Buffer.from('last'), 1, NO_HEADERS);
  await writer.flush();
  expect(await values()).toEqual(['first', 'last']);
});

it('a commit whose answer never comes has an unknown outcome, which init settles', async () => {
  let faulty: FaultyTransport | undefined;
  const client = cluster.client((transport) => {
    return (faulty = new FaultyTransport(transport, seededRandom(1), {}));
  }, scaledClock(100));
  const writer = client.writer({ transactionalId: 'w' });
  await writer.init();
  writer.begin();
  writer.send('out', 0, null, Buffer.from('v'), 1, NO_HEADERS);
  await writer.flush();
  faulty!.faults = { loseAnswer: 1, only: ['EndTxn'] };
  await expect(writer.commit()).rejects.toBeInstanceOf(UnknownOutcomeError);
  faulty!.heal();
  await writer.init();
  expect(await values()).toEqual(['v']);
});

it('a corrupt batch surfaces with its partition, after what stands before it', async () => {
  const writer = cluster.client().writer({});
  await writer.init();
  for (const value of ['good', 'bad']) {
    writer.send('out', 0, null, Buffer.from(value), 1, NO_HEADERS);
    await writer.flush();
  }
  const spoiled = cluster.client((transport) => {
    return new TamperingTransport(
      transport,
      'Fetch',
      () => undefined,
      (answer) => ({
        ...answer,
        partitions: answer.partitions.map((partition) => {
          const records = Buffer.from(partition.records);
          if (records.length > 0) records[records.length - 2]! ^= 0xff;
          return { ...partition, records };
        }),
      }),
    );
  });
  const reader = spoiled.reader({ isolation: 'read_committed', channel: 'fetch' });
  reader.seek({ topic: 'out', partition: 0 }, 0);
  const [fetched] = await reader.poll(1_000);
  expect([fetched?.records.length, reader.position({ topic: 'out', partition: 0 })]).toEqual([1, 1]);
  await expect(reader.poll(1_000)).rejects.toMatchObject({
    code: 'CORRUPT_RECORD',
    context: { topic: 'out', partition: 0, offset: 1 },
  });
});
