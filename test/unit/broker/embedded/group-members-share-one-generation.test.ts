import { describe, expect, it } from '@jest/globals';
import { settle } from '../../../support/manual-clock.js';
import { BrokerUnderTest } from './broker-under-test.js';
import { MemberUnderTest, REBALANCE_IN_PROGRESS } from './group-under-test.js';

const ILLEGAL_GENERATION = 22;
const INCONSISTENT_GROUP_PROTOCOL = 23;
const UNKNOWN_MEMBER_ID = 25;
const FENCED_INSTANCE_ID = 82;

describe('a group', () => {
  it('makes its first member leader of generation 1 at once', async () => {
    const member = new MemberUnderTest(await BrokerUnderTest.open());
    const joined = await member.join();
    expect(joined).toMatchObject({ generationId: 1, leader: member.memberId, protocolName: 'range' });
    expect(joined.members.map(({ metadata }) => metadata.toString())).toEqual(['topics']);
    expect(await member.sync({ [member.memberId]: 'all' })).toBe('all');
  });

  it('rebalances when another joins: members learn it by heartbeat and join again', async () => {
    const { first, second } = await groupOfTwo();
    expect(first.generationId).toBe(2);
    expect(await Promise.all([first.sync({ [first.memberId]: 'a', [second.memberId]: 'b' }), second.sync()])).toEqual([
      'a',
      'b',
    ]);
    expect(await first.heartbeat()).toBe(0);
  });

  it('answers a sync only when the leader has assigned', async () => {
    const { first, second } = await groupOfTwo();
    let assigned = false;
    const waiting = second.sync().then((text) => {
      assigned = true;
      return text;
    });
    await settle();
    expect(assigned).toBe(false);
    await first.sync({ [second.memberId]: 'b' });
    expect(await waiting).toBe('b');
  });

  it('goes on without a member that does not join again within the rebalance time-out', async () => {
    const { broker, first, second } = await stableGroupOfTwo();
    const rejoined = first.join('more topics');
    for (let elapsed = 0; elapsed < 60_000; elapsed += 5_000) {
      await broker.clock.advance(5_000);
      await second.heartbeat();
    }
    expect((await rejoined).members).toHaveLength(1);
    expect(await second.heartbeat()).toBe(UNKNOWN_MEMBER_ID);
  });

  it('expels a member that is silent for its session time-out', async () => {
    const { broker, first, second } = await stableGroupOfTwo();
    await broker.clock.advance(6_000);
    expect(await first.heartbeat()).toBe(0);
    await broker.clock.advance(5_000);
    expect(await first.heartbeat()).toBe(REBALANCE_IN_PROGRESS);
    expect(await second.heartbeat()).toBe(UNKNOWN_MEMBER_ID);
  });

  it('expels a member that joins and never syncs', async () => {
    const { broker, first, second } = await groupOfTwo();
    const synced = first.sync({ [first.memberId]: 'a' });
    await synced;
    for (let elapsed = 0; elapsed < 60_000; elapsed += 5_000) {
      await broker.clock.advance(5_000);
      await Promise.all([first.heartbeat(), second.heartbeat()]);
    }
    expect(await second.heartbeat()).toBe(UNKNOWN_MEMBER_ID);
    expect(await first.heartbeat()).toBe(REBALANCE_IN_PROGRESS);
  });

  it('rebalances at once when a member leaves', async () => {
    const { first, second } = await stableGroupOfTwo();
    expect(await second.leave()).toBe(0);
    expect(await first.heartbeat()).toBe(REBALANCE_IN_PROGRESS);
    expect((await first.join()).generationId).toBe(3);
  });

  it('refuses an old generation and commits only those of this one', async () => {
    const { broker, first } = await stableGroupOfTwo();
    await broker.topic('t');
    expect(await first.commit('t', 5)).toBe(0);
    first.generationId--;
    expect(await first.commit('t', 6)).toBe(ILLEGAL_GENERATION);
    expect(await first.heartbeat()).toBe(ILLEGAL_GENERATION);
    const offsets = [{ topic: 't', partition: 0, offset: 7, leaderEpoch: -1, metadata: '' }];
    const nobody = { groupId: 'g', generationId: -1, memberId: '', groupInstanceId: null, offsets };
    expect((await broker.ask('OffsetCommit', nobody)).partitions[0]!.errorCode).toBe(UNKNOWN_MEMBER_ID);
  });

  it('refuses a member that shares no protocol with the others', async () => {
    const { broker } = await stableGroupOfTwo();
    const stranger = new MemberUnderTest(broker);
    expect((await stranger.join('topics', 'other')).errorCode).toBe(INCONSISTENT_GROUP_PROTOCOL);
  });
});

describe('a static member', () => {
  it('comes back to its assignment without a rebalance, and fences its elder', async () => {
    const broker = await BrokerUnderTest.open();
    const elder = new MemberUnderTest(broker, 'one');
    await elder.join();
    await elder.sync({ [elder.memberId]: 'all' });
    const again = new MemberUnderTest(broker, 'one');
    const joined = await again.join();
    expect(joined).toMatchObject({ generationId: 1, skipAssignment: true, leader: again.memberId });
    expect(await again.sync()).toBe('all');
    expect(await elder.heartbeat()).toBe(FENCED_INSTANCE_ID);
    expect(await again.heartbeat()).toBe(0);
  });

  it('keeps its place in a rebalance that it sleeps through, and loses it with its session', async () => {
    const broker = await BrokerUnderTest.open();
    const sleeper = new MemberUnderTest(broker, 'sleeper');
    await sleeper.join();
    await sleeper.sync();
    const other = new MemberUnderTest(broker, 'other');
    const joining = other.join();
    await broker.clock.advance(10_000);
    expect((await joining).members.map(({ groupInstanceId }) => groupInstanceId)).toEqual(['other']);
    expect(await sleeper.heartbeat()).toBe(UNKNOWN_MEMBER_ID);
  });
});

async function groupOfTwo() {
  const broker = await BrokerUnderTest.open();
  const [first, second] = [new MemberUnderTest(broker), new MemberUnderTest(broker)];
  await first.join();
  await first.sync();
  const joining = second.join();
  await settle();
  expect(await first.heartbeat()).toBe(REBALANCE_IN_PROGRESS);
  await Promise.all([first.join(), joining]);
  return { broker, first, second };
}

async function stableGroupOfTwo() {
  const group = await groupOfTwo();
  await Promise.all([group.first.sync(), group.second.sync()]);
  return group;
}
