import { describe, expect, it } from '@jest/globals';
import { BrokerUnderTest, type Holder } from './broker-under-test.js';
import { MemberUnderTest } from './group-under-test.js';

const ILLEGAL_GENERATION = 22;
const INVALID_PRODUCER_EPOCH = 47;
const UNSTABLE_OFFSET_COMMIT = 88;

describe('offsets sent in a transaction', () => {
  it('are committed when it is, and unstable until then', async () => {
    const { broker, writer } = await withWriter();
    expect(await stage(broker, writer, 10)).toBe(0);
    expect(await committed(broker)).toMatchObject({ errorCode: 0, offset: -1 });
    expect(await committed(broker, true)).toMatchObject({ errorCode: UNSTABLE_OFFSET_COMMIT, offset: -1 });
    await broker.end(writer, true);
    expect(await committed(broker, true)).toMatchObject({ errorCode: 0, offset: 10, metadata: 'm', leaderEpoch: 3 });
  });

  it('are dropped when it is aborted', async () => {
    const { broker, writer } = await withWriter();
    await stage(broker, writer, 10);
    await broker.end(writer, true);
    await stage(broker, writer, 20);
    await broker.end(writer, false);
    expect(await committed(broker, true)).toMatchObject({ errorCode: 0, offset: 10 });
  });

  it('become stable when a new holder fences the transaction', async () => {
    const { broker, writer } = await withWriter();
    await stage(broker, writer, 10);
    await broker.init('writer');
    expect(await committed(broker, true)).toMatchObject({ errorCode: 0, offset: -1 });
    expect(await stage(broker, writer, 20)).toBe(INVALID_PRODUCER_EPOCH);
  });

  it('are refused from an old generation of the group', async () => {
    const { broker, writer } = await withWriter();
    const member = new MemberUnderTest(broker);
    await member.join();
    expect(await stage(broker, writer, 1, { ...member.proof(), generationId: 0 })).toBe(ILLEGAL_GENERATION);
    expect(await stage(broker, writer, 1, member.proof())).toBe(0);
  });

  it('do not undo a commit that came after them', async () => {
    const { broker, writer } = await withWriter();
    await stage(broker, writer, 10);
    expect(await new MemberUnderTest(broker).commit('t', 30)).toBe(0);
    await broker.end(writer, true);
    expect(await committed(broker)).toMatchObject({ offset: 30 });
  });
});

async function withWriter(): Promise<{ broker: BrokerUnderTest; writer: Holder }> {
  const broker = await BrokerUnderTest.open();
  await broker.topic('t');
  return { broker, writer: await broker.init('writer') };
}

const NOBODY = { groupId: 'g', generationId: -1, memberId: '', groupInstanceId: null as string | null };

async function stage(broker: BrokerUnderTest, writer: Holder, offset: number, proof = NOBODY): Promise<number> {
  const { producerId, producerEpoch } = writer;
  const offsets = [{ topic: 't', partition: 0, offset, leaderEpoch: 3, metadata: 'm' }];
  const request = { ...proof, transactionalId: 'writer', producerId, producerEpoch, offsets };
  return (await broker.ask('TxnOffsetCommit', request)).partitions[0]!.errorCode;
}

async function committed(broker: BrokerUnderTest, requireStable = false) {
  const partitions = [{ topic: 't', partition: 0 }];
  return (await broker.ask('OffsetFetch', { groupId: 'g', partitions, requireStable })).partitions[0]!;
}
