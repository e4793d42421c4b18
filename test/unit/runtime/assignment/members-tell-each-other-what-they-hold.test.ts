import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { MemberSubscription } from '../../../../src/broker/client/client.js';
import { GroupAssignment } from '../../../../src/runtime/assignment/group-assignment.js';
import { tasksFromText, tasksToText } from '../../../../src/runtime/assignment/task-ranges.js';
import { compareTasks } from '../../../../src/runtime/assignment/task-order.js';
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
  NO_ASSIGNMENT,
  type SubscriptionData,
} from '../../../../src/runtime/assignment/user-data.js';
import { seededRandom } from '../../../../src/util/random.js';

const task = fc.tuple(fc.nat(30), fc.nat(2_000)).map(([sub, partition]) => `${sub}_${partition}`);
const tasks = fc.uniqueArray(task, { maxLength: 50 }).map((ids) => ids.sort(compareTasks));

describe('user data', () => {
  it('writes sets of tasks as ranges', () => {
    expect(tasksToText(['2_1', '0_3', '0_0', '0_1', '0_2', '0_7'])).toBe('0:0-3,7;2:1');
    fc.assert(
      fc.property(tasks, (ids) => {
        expect(tasksFromText(tasksToText(ids))).toEqual(ids);
      }),
    );
  });

  it('brings subscriptions and assignments over whole', () => {
    fc.assert(
      fc.property(tasks, fc.array(fc.string()), fc.dictionary(fc.string(), fc.string()), (ids, names, tags) => {
        const subscription: SubscriptionData = {
          instanceId: 'i',
          writer: 'w',
          endpoint: 'h:1',
          tags,
          positions: Object.fromEntries(ids.map((id, at) => [id, at * 1e9])),
          following: ids,
          knownWriters: names,
        };
        expect(decodeSubscription(encodeSubscription(subscription))).toEqual(subscription);
        const instances = { i: { endpoint: 'h:1', active: ids, standby: [], warmup: ids } };
        const assignment = { partitions: { in: 4 }, writers: names, goneWriters: [], instances };
        expect(decodeAssignment(encodeAssignment(assignment))).toEqual(assignment);
      }),
      { numRuns: 50 },
    );
  });

  it('is empty where it is not understood', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (noise) => {
        expect(decodeAssignment(Buffer.from(noise))).toEqual(NO_ASSIGNMENT);
        expect(decodeSubscription(Buffer.from(noise))).toMatchObject({ instanceId: '', positions: {} });
      }),
    );
  });

  it('tells each member of a small group of all others', () => {
    const group = groupOf(3, 12);
    for (const { memberId } of group.members) {
      const { instances, writers } = decodeAssignment(group.assignment.userDataFor(memberId));
      expect(Object.keys(instances)).toHaveLength(3);
      expect(writers).toHaveLength(3);
    }
  });

  it('fits the record that a broker keeps of 500 members with 10,000 tasks', () => {
    const { members, assignment } = groupOf(500, 10_000);
    const sizes = members.map(({ memberId, userData }) => userData.length + assignment.userDataFor(memberId).length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(1_048_588);
    const told = decodeAssignment(assignment.userDataFor(members[7]?.memberId ?? ''));
    expect(Object.values(told.instances).map(({ active }) => active.length)).toEqual([20]);
  });

  it('has every writer of a large group known to others', () => {
    const { members, assignment } = groupOf(500, 10_000);
    const known = members.flatMap(({ memberId }) => decodeAssignment(assignment.userDataFor(memberId)).writers);
    expect(new Set(known).size).toBe(500);
  });
});

/** A group with random ids, every task once active and once on standby. */
function groupOf(size: number, taskCount: number): { members: MemberSubscription[]; assignment: GroupAssignment } {
  const random = seededRandom(1);
  const shares = Array.from({ length: size }, () => ({
    id: random.uuid(),
    active: [] as string[],
    standby: [] as string[],
    warmup: [],
  }));
  for (let i = 0; i < taskCount; i++) {
    const id = `${i % 5}_${Math.floor(i / 5)}`;
    shares[i % size]?.active.push(id);
    shares[(i + 7) % size]?.standby.push(id);
  }
  const told = new Map(
    shares.map(({ id, active, standby }, at): [string, SubscriptionData] => [
      id,
      {
        instanceId: id,
        writer: `an-application-${id}`,
        endpoint: `10.0.${at >> 8}.${at & 255}:50051`,
        tags: { host: `host-${at}`, zone: `zone-${at % 3}` },
        positions: Object.fromEntries([...active, ...standby].map((each) => [each, Math.floor(random.next() * 1e9)])),
        following: standby,
        knownWriters: Array.from({ length: 8 }, (_, next) => `an-application-${shares[(at + next) % size]?.id}`),
      },
    ]),
  );
  const members = [...told].map(([memberId, data]): MemberSubscription => ({
    ...{ memberId, groupInstanceId: memberId, topics: ['in'], ownedPartitions: [] },
    userData: encodeSubscription(data),
  }));
  const placed = new Map(shares.map((share) => [share.id, share]));
  return { members, assignment: new GroupAssignment(members, told, placed, new Map([['in', taskCount / 5]])) };
}
