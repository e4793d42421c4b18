import fc from 'fast-check';
import type { PlacementMember, PlacementOptions, PlacementTask } from '../../src/runtime/assignment/placement-input.js';
import type { MemberTasks } from '../../src/runtime/assignment/placement.js';

export const PLACEMENT: PlacementOptions = { standbys: 1, acceptableRecoveryLag: 100, maxWarmups: 2, spreadTags: [] };

/** A group as it may be found: tasks run, followed and kept here and there, in zones. */
export interface Group {
  readonly tasks: readonly PlacementTask[];
  readonly members: readonly PlacementMember[];
}

/** Groups of up to `most` tasks and members. */
export function groups(most: { readonly tasks: number; readonly members: number }): fc.Arbitrary<Group> {
  const taskId = fc.tuple(fc.nat(2), fc.nat(7)).map(([sub, partition]) => `${sub}_${partition}`);
  const homes = fc.array(fc.nat(most.members + 2), { minLength: most.tasks, maxLength: most.tasks });
  return fc
    .record({
      ids: fc.uniqueArray(taskId, { maxLength: most.tasks }),
      stateful: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
      names: fc.uniqueArray(fc.stringMatching(/^[a-f]{1,3}$/), { minLength: 1, maxLength: most.members }),
      zones: fc.array(fc.nat(2), { minLength: most.members, maxLength: most.members }),
      owners: homes,
      holders: homes,
      positions: fc.array(fc.nat(1_000), { minLength: most.tasks, maxLength: most.tasks }),
    })
    .map(({ ids, stateful, names, zones, owners, holders, positions }) => ({
      tasks: ids.map((id) => ({ id, stateful: stateful[Number(id[0])] === true })),
      members: names.map((id, index) => {
        const running = ids.filter((_, at) => owners[at] === index);
        const following = ids.filter((_, at) => holders[at] === index && owners[at] !== index);
        const held = ids.flatMap((task, at): [string, number][] =>
          following.includes(task) ? [[task, positions[at] ?? 0]] : running.includes(task) ? [[task, 1_000]] : [],
        );
        return {
          id,
          running: new Set(running),
          following: new Set(following),
          positions: new Map(held),
          tags: { zone: `z${zones[index]}` },
        };
      }),
    }));
}

/** A group after every member has done as it was told; `caughtUp`: replicas have restored everything. */
export function obey(
  members: readonly PlacementMember[],
  placed: ReadonlyMap<string, MemberTasks>,
  caughtUp = true,
): PlacementMember[] {
  return members.map((member) => {
    const { active = [], standby = [], warmup = [] } = placed.get(member.id) ?? {};
    const following = new Set([...standby, ...warmup]);
    const position = (task: string): number => (caughtUp ? 1_000 : (member.positions.get(task) ?? 0));
    const positions = new Map([
      ...active.map((task) => [task, 1_000] as const),
      ...[...following].map((task) => [task, position(task)] as const),
    ]);
    return { ...member, running: new Set(active), following, positions };
  });
}
