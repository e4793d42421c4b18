import assert from 'node:assert/strict';
import { FencedError } from '../../../broker/client/errors.js';
import type { Clause } from './broker-contract.js';
import { offsetOf, partitionsOf, rejectsAsFenced } from './broker-scenario.js';
import { FrozenClock } from './frozen-clock.js';
import { GroupObserver } from './group-observer.js';

/** One member: its assignment, its commits, its end. */
export function memberContract(clause: Clause): void {
  clause('a lone member gets every partition, with its user data', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client, 3);
    const observer = new GroupObserver(s, client, topic, { userData: 'me' });
    assert.equal(observer.member.metadata, undefined);
    await observer.joined();
    assert.deepEqual(observer.told, ['assigned 0,1,2']);
    assert.deepEqual(observer.seen, ['me']);
    assert.equal(observer.assignmentUserData, 'for me');
    assert.equal(observer.metadata().generationId > 0, true);
    assert.equal(observer.member.rebalancing, false);
    assert.deepEqual(observer.rebalancingBeforeJoin, [true]);
  });

  clause('a member commits offsets with its generation, and not with an older one', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client, 1);
    const observer = new GroupObserver(s, client, topic);
    await observer.joined();
    await observer.member.commitOffsets([offsetOf(topic, 0, 3, 'AgAA')]);
    const { groupId } = observer.metadata();
    const committed = await client.admin.committedOffsets(groupId, partitionsOf(topic, 1));
    assert.equal(committed.get(`${topic}-0`)?.offset, 3);
    await assert.rejects(client.admin.commitOffsets(groupId, [offsetOf(topic, 0, 9)]), /UNKNOWN_MEMBER_ID/);
    await observer.member.stop();
    await rejectsAsFenced(observer.member.commitOffsets([offsetOf(topic, 0, 9)]));
  });

  clause('a member that asks for it joins again, in a new generation, and keeps its partitions', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client, 2);
    const observer = new GroupObserver(s, client, topic);
    await observer.joined();
    const before = observer.metadata().generationId;
    observer.member.rejoin('new topics');
    await s.eventually('a new generation', () => (observer.member.metadata?.generationId ?? 0) > before);
    await s.eventually('it is told', () => observer.told.length === 2);
    assert.deepEqual(observer.told, ['assigned 0,1', 'assigned ']);
  });

  clause('a member that has joined is not asked to join again while it waits for the others', async (s) => {
    const topic = await s.topic(await s.client(), 2);
    const quick = new GroupObserver(s, await s.client(), topic);
    await quick.joined();
    const slow = new GroupObserver(s, await s.client(), topic);
    await slow.joined();
    await quick.owns(1);
    await slow.owns(1);
    slow.beforeJoin = () => s.clock.sleep(500);
    const joins = quick.rebalancingBeforeJoin.length;
    const assigned = quick.told.length;
    quick.member.rejoin('new topics');
    await s.eventually('the group is together again', () => quick.told.length > assigned);
    await s.clock.sleep(1_000);
    assert.equal(quick.rebalancingBeforeJoin.length - joins, 1);
  });

  clause('a member that blocks past the session time-out is expelled, and learns it when it wakes', async (s) => {
    const clock = new FrozenClock(s.clock);
    const topic = await s.topic(await s.client(), 2);
    const blocked = new GroupObserver(s, await s.client(clock), topic);
    await blocked.joined();
    clock.freeze();
    const other = new GroupObserver(s, await s.client(), topic);
    await other.joined();
    await other.owns(2);
    await rejectsAsFenced(blocked.member.commitOffsets([offsetOf(topic, 0, 1)]));
    clock.thaw();
    await s.eventually('it is told', () => blocked.told.includes('lost 0,1'));
    await blocked.owns(1);
    await other.owns(1);
  });

  clause('a second process with the same instance id fences the first', async (s) => {
    const topic = await s.topic(await s.client(), 2);
    const first = new GroupObserver(s, await s.client(), topic, { groupInstanceId: 'instance' });
    await first.joined();
    const second = new GroupObserver(s, await s.client(), topic, { groupInstanceId: 'instance' });
    await second.joined();
    await s.eventually('the first is fenced', () => first.fatal !== undefined);
    assert.ok(first.fatal instanceof FencedError);
    assert.match(first.fatal.message, /instance/);
    assert.equal(first.member.metadata, undefined);
    await second.owns(2);
  });
}
