import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PlacementMember } from '../../../../src/runtime/assignment/placement-input.js';
import { placeTasks, type MemberTasks } from '../../../../src/runtime/assignment/placement.js';
import { groups, obey, PLACEMENT } from '../../../support/placements.js';

const group = groups({ tasks: 16, members: 6 });
const standbyCount = fc.integer({ min: 0, max: 3 });

function holders(placed: ReadonlyMap<string, MemberTasks>, role: keyof MemberTasks, task: string): string[] {
  return [...placed].filter(([, tasks]) => tasks[role].includes(task)).map(([id]) => id);
}

describe('standbys', () => {
  it('are as many as asked for, for stateful tasks alone, where there are members enough', () => {
    fc.assert(
      fc.property(group, standbyCount, ({ tasks, members }, standbys) => {
        const placed = placeTasks(tasks, members, { ...PLACEMENT, standbys });
        for (const { id, stateful } of tasks) {
          const free = members.length - 1 - holders(placed, 'warmup', id).length;
          expect(holders(placed, 'standby', id)).toHaveLength(stateful ? Math.min(standbys, free) : 0);
        }
      }),
    );
  });

  it('are kept of no task whose stores want none', () => {
    fc.assert(
      fc.property(group, standbyCount, ({ tasks, members }, standbys) => {
        const without = tasks.map((task, index) => ({ ...task, standby: index % 2 === 0 }));
        const placed = placeTasks(without, members, { ...PLACEMENT, standbys });
        for (const { id } of without.filter(({ standby }) => !standby))
          expect(holders(placed, 'standby', id)).toEqual([]);
      }),
    );
  });

  it('are never where their task runs or warms up', () => {
    fc.assert(
      fc.property(group, standbyCount, ({ tasks, members }, standbys) => {
        const placed = placeTasks(tasks, members, { ...PLACEMENT, standbys });
        for (const { active, standby, warmup } of placed.values()) {
          const all = [...active, ...standby, ...warmup];
          expect(new Set(all).size).toBe(all.length);
        }
      }),
    );
  });

  it('are in another zone than their task wherever there is one', () => {
    fc.assert(
      fc.property(group, ({ tasks, members }) => {
        const placed = placeTasks(tasks, members, { ...PLACEMENT, spreadTags: ['zone'] });
        const zone = (id: string | undefined): string | undefined => members.find((m) => m.id === id)?.tags['zone'];
        for (const { id } of tasks.filter((task) => task.stateful)) {
          const [owner] = holders(placed, 'active', id);
          const warmups = holders(placed, 'warmup', id);
          const elsewhere = members.some((m) => !warmups.includes(m.id) && m.tags['zone'] !== zone(owner));
          for (const standby of holders(placed, 'standby', id)) expect(zone(standby) !== zone(owner)).toBe(elsewhere);
        }
      }),
    );
  });

  it('are spread over the members, and stay where they are', () => {
    const tasks = Array.from({ length: 12 }, (_, i) => ({ id: `0_${i}`, stateful: true }));
    const three = ['a', 'b', 'c'].map(fresh);
    const placed = placeTasks(tasks, three, PLACEMENT);
    expect([...placed.values()].map(({ standby }) => standby.length)).toEqual([4, 4, 4]);
    const without = obey(three, placed).slice(1);
    const after = placeTasks(tasks, without, PLACEMENT);
    const taken = placed
      .get('a')
      ?.active.filter((id) => holders(after, 'active', id)[0] !== holders(placed, 'standby', id)[0]);
    expect(taken).toEqual([]); // each is taken over by its standby
  });
});

describe('warm-ups', () => {
  const tasks = Array.from({ length: 6 }, (_, i) => ({ id: `0_${i}`, stateful: true }));
  const options = { ...PLACEMENT, standbys: 0 };
  const alone = obey([fresh('a')], placeTasks(tasks, [fresh('a')], options));
  const both = [...alone, fresh('b')];

  it('come before a stateful task moves, few at a time, while its owner goes on', () => {
    const placed = placeTasks(tasks, both, options);
    expect(placed.get('a')?.active).toHaveLength(6);
    expect(placed.get('b')).toEqual({ active: [], standby: [], warmup: placed.get('b')?.warmup });
    expect(placed.get('b')?.warmup).toHaveLength(2);
  });

  it('go on until they have caught up', () => {
    const placed = placeTasks(tasks, both, options);
    expect(placeTasks(tasks, obey(both, placed, false), options)).toEqual(placed);
  });

  it('end in balance, by as many placements as it takes', () => {
    fc.assert(
      fc.property(group, ({ tasks: any, members }) => {
        let now: readonly PlacementMember[] = members;
        for (let round = 0; round <= any.length + 1; round++) now = obey(now, placeTasks(any, now, options));
        const sizes = now.map(({ running }) => running.size);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        expect([...placeTasks(any, now, options).values()].flatMap(({ warmup }) => warmup)).toEqual([]);
      }),
    );
  });

  it('are not needed where little is to be restored', () => {
    const few = alone.map((m) => ({ ...m, positions: new Map(tasks.map(({ id }) => [id, 100])) }));
    const placed = placeTasks(tasks, [...few, fresh('b')], options);
    expect(placed.get('b')?.active).toHaveLength(3);
  });

  it('are not waited for by a task that nobody has state of', () => {
    const placed = placeTasks(tasks, [fresh('a'), fresh('b')], options);
    expect([...placed.values()].map(({ active }) => active.length)).toEqual([3, 3]);
  });
});

function fresh(id: string): PlacementMember {
  return { id, running: new Set(), following: new Set(), positions: new Map(), tags: {} };
}
