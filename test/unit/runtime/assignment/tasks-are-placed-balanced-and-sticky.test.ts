import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PlacementMember, PlacementTask } from '../../../../src/runtime/assignment/placement-input.js';
import { placeTasks } from '../../../../src/runtime/assignment/placement.js';
import { groups, obey, PLACEMENT, type Group } from '../../../support/placements.js';

const group = groups({ tasks: 24, members: 6 });
/** Without warm-ups every task goes to where it is meant to be. */
const AT_ONCE = { ...PLACEMENT, acceptableRecoveryLag: Infinity };

function actives({ tasks, members }: Group, options = AT_ONCE): ReadonlyMap<string, readonly string[]> {
  return new Map([...placeTasks(tasks, members, options)].map(([id, { active }]) => [id, active]));
}

function spread(sizes: readonly number[]): number {
  return Math.max(...sizes) - Math.min(...sizes);
}

describe('placement of tasks', () => {
  it('gives every task to exactly one member', () => {
    fc.assert(
      fc.property(group, (given) => {
        const ids = given.tasks.map(({ id }) => id).sort();
        expect([...actives(given, PLACEMENT).values()].flat().sort()).toEqual(ids);
        expect([...actives(given).values()].flat().sort()).toEqual(ids);
      }),
    );
  });

  it('never gives a member two tasks, or two stateful tasks, more than another', () => {
    fc.assert(
      fc.property(group, (given) => {
        const stateful = new Set(given.tasks.filter((task) => task.stateful).map(({ id }) => id));
        const shares = [...actives(given).values()];
        expect(spread(shares.map((share) => share.length))).toBeLessThanOrEqual(1);
        expect(spread(shares.map((share) => share.filter((id) => stateful.has(id)).length))).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('moves no more stateful tasks than the best balanced placement, and then no more of the others', () => {
    fc.assert(
      fc.property(groups({ tasks: 6, members: 3 }), ({ tasks, members }) => {
        const placed = actives({ tasks, members });
        const [stateful, others] = [tasks.filter((task) => task.stateful), tasks.filter((task) => !task.stateful)];
        const none = members.map(() => 0);
        const statefulShares = members.map(({ id }) => stateful.filter((t) => placed.get(id)?.includes(t.id)).length);
        const kept = (of: readonly PlacementTask[]): number => keptBy(of, members, placed);
        expect(kept(stateful)).toBe(mostKept(stateful, members, none));
        expect(kept(others)).toBe(mostKept(others, members, statefulShares));
      }),
      { numRuns: 100 },
    );
  });

  it('does not depend on the order of tasks and members', () => {
    fc.assert(
      fc.property(group, ({ tasks, members }) => {
        const placed = placeTasks(tasks, members, PLACEMENT);
        expect(placeTasks([...tasks].reverse(), [...members].reverse(), PLACEMENT)).toEqual(placed);
      }),
    );
  });

  it('changes nothing when it is asked again after all was done', () => {
    fc.assert(
      fc.property(group, fc.integer({ min: 0, max: 2 }), ({ tasks, members }, standbys) => {
        const options = { ...AT_ONCE, standbys, spreadTags: ['zone'] };
        const placed = placeTasks(tasks, members, options);
        expect(placeTasks(tasks, obey(members, placed), options)).toEqual(placed);
      }),
    );
  });

  it('spreads each sub-topology when nobody has anything yet', () => {
    const tasks = Array.from({ length: 12 }, (_, i) => ({ id: `${i % 3}_${Math.floor(i / 3)}`, stateful: i % 3 > 0 }));
    const members = ['a', 'b'].map((id) => member(id, {}));
    for (const share of actives({ tasks, members }).values()) {
      expect([0, 1, 2].map((sub) => share.filter((id) => id.startsWith(`${sub}_`)).length)).toEqual([2, 2, 2]);
    }
  });

  it('gives up what the newcomer has state of, and else evenly of each sub-topology', () => {
    const ids = ['0_0', '0_1', '0_2', '1_0', '1_1', '1_2'];
    const tasks = ids.map((id) => ({ id, stateful: true }));
    const old = member('a', Object.fromEntries(ids.map((id) => [id, 500])), ids);
    const newcomer = member('b', { '0_0': 450 });
    const share = actives({ tasks, members: [old, newcomer] }).get('b');
    expect(share).toHaveLength(3);
    expect(share).toContain('0_0');
    const fresh = actives({ tasks, members: [old, member('b', {})] }).get('a') ?? [];
    expect(fresh.map((id) => id[0]).sort()).not.toEqual(['0', '0', '0']);
  });

  it('sends a task that nobody runs to the member whose state is furthest', () => {
    const tasks = [{ id: '0_0', stateful: true }];
    const members = [member('a', { '0_0': 5 }), member('b', { '0_0': 90 })];
    expect(actives({ tasks, members }).get('b')).toEqual(['0_0']);
  });

  it('places 10,000 tasks on 500 members in a moment', () => {
    const tasks = Array.from({ length: 10_000 }, (_, i) => ({
      id: `${i % 5}_${Math.floor(i / 5)}`,
      stateful: i % 5 < 3,
    }));
    const members = Array.from({ length: 500 }, (_, i) => member(`member-${i}`, {}));
    const start = performance.now();
    placeTasks(tasks, members, PLACEMENT);
    expect(performance.now() - start).toBeLessThan(20_000); // below half a second on a machine with nothing else to do
  });
});

function member(
  id: string,
  positions: Readonly<Record<string, number>>,
  running: readonly string[] = [],
): PlacementMember {
  const held = new Map(Object.entries(positions));
  return { id, running: new Set(running), following: new Set(), positions: held, tags: {} };
}

function keptBy(
  tasks: readonly PlacementTask[],
  members: readonly PlacementMember[],
  placed: ReadonlyMap<string, readonly string[]>,
): number {
  return tasks.filter(({ id }) => members.some((m) => m.running.has(id) && placed.get(m.id)?.includes(id))).length;
}

/** The most tasks that can stay in any placement on top of `shares` that leaves no member two more than another. */
function mostKept(
  tasks: readonly PlacementTask[],
  members: readonly PlacementMember[],
  shares: readonly number[],
): number {
  const [task, ...others] = tasks;
  if (task === undefined) return spread(shares) <= 1 ? 0 : -Infinity;
  const options = members.map(
    ({ running }, index) =>
      Number(running.has(task.id)) +
      mostKept(
        others,
        members,
        shares.map((size, at) => size + Number(at === index)),
      ),
  );
  return Math.max(...options);
}
