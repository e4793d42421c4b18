import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { placeTasks, type PlacementMember } from '../../../../src/runtime/assignment/placement.js';

const taskId = fc.tuple(fc.nat(3), fc.nat(11)).map(([sub, partition]) => `${sub}_${partition}`);
const cluster = fc
  .record({
    tasks: fc.uniqueArray(taskId, { maxLength: 40 }),
    ids: fc.uniqueArray(fc.stringMatching(/^[a-f]{1,4}$/), { minLength: 1, maxLength: 7 }),
    owners: fc.array(fc.nat(9), { minLength: 40, maxLength: 40 }),
    holders: fc.array(fc.nat(9), { minLength: 40, maxLength: 40 }),
  })
  .map(({ tasks, ids, owners, holders }) => ({
    tasks,
    members: ids.map((id, index): PlacementMember => ({
      id,
      running: new Set(tasks.filter((_, task) => owners[task] === index)),
      state: new Map(tasks.filter((_, task) => holders[task] === index).map((task) => [task, task.length])),
    })),
  }));

describe('placement of tasks', () => {
  it('gives every task to exactly one member', () => {
    fc.assert(
      fc.property(cluster, ({ tasks, members }) => {
        const placed = [...placeTasks(tasks, members).values()].flat();
        expect(placed.sort()).toEqual([...tasks].sort());
      }),
    );
  });

  it('never gives a member two tasks more than another', () => {
    fc.assert(
      fc.property(cluster, ({ tasks, members }) => {
        const sizes = [...placeTasks(tasks, members).values()].map((share) => share.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('moves no more tasks than balance demands', () => {
    fc.assert(
      fc.property(cluster, ({ tasks, members }) => {
        const placed = placeTasks(tasks, members);
        const moved = members.flatMap((m) => [...m.running].filter((task) => !placed.get(m.id)?.includes(task)));
        const floor = Math.floor(tasks.length / members.length);
        const larger = tasks.length % members.length;
        const sizes = members.map((m) => m.running.size).sort((a, b) => b - a);
        const least = sizes.reduce((sum, size, at) => sum + Math.max(0, size - floor - (at < larger ? 1 : 0)), 0);
        expect(moved).toHaveLength(least);
      }),
    );
  });

  it('does not depend on the order of tasks and members, and placing again moves nothing', () => {
    fc.assert(
      fc.property(cluster, ({ tasks, members }) => {
        const placed = placeTasks(tasks, members);
        const again = members.map((m) => ({ ...m, running: new Set(placed.get(m.id)) }));
        expect(placeTasks([...tasks].reverse(), [...members].reverse())).toEqual(placed);
        expect(placeTasks(tasks, again)).toEqual(placed);
      }),
    );
  });

  it('sends a task that nobody runs to the member whose state is furthest', () => {
    const member = (id: string, position: number): PlacementMember => ({
      id,
      running: new Set(),
      state: new Map([['0_0', position]]),
    });
    expect(placeTasks(['0_0'], [member('a', 5), member('b', 90)]).get('b')).toEqual(['0_0']);
  });
});
