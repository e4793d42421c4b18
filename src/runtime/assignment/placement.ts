import { balanceTasks } from './balance-tasks.js';
import type { PlacementMember, PlacementOptions, PlacementTask } from './placement-input.js';
import { placeStandbys, type Placed } from './standby-placement.js';
import { TaskCopies } from './task-copies.js';
import { compareTasks } from './task-order.js';

/** What one member is to do, each in the order of the task ids. */
export interface MemberTasks {
  readonly active: string[];
  readonly standby: string[];
  /** Replicas that are brought up to date so that their task can move here. */
  readonly warmup: string[];
}

/**
 * Gives every task to one member, and its standbys to others. The same input, in any order, gives the same output.
 *
 * - Balanced: of all tasks, and of the stateful ones, no member has two more than another; sub-topologies are spread.
 * - Sticky: a task moves only if balance demands it; one that nobody runs goes where its state is furthest.
 * - A stateful task does not move to a member whose state is far behind, as long as another's is not: it stays with its
 *   owner, or starts where it is caught up, and its target gets a warm-up replica. The tasks are in balance once all
 *   warm-ups have moved.
 * - A standby is never where its task runs or warms up; it keeps away from it by tags first, then balance, then stickiness.
 */
export function placeTasks(
  tasks: readonly PlacementTask[],
  members: readonly PlacementMember[],
  options: PlacementOptions,
): ReadonlyMap<string, MemberTasks> {
  const ordered = [...members].sort((a, b) => (a.id < b.id ? -1 : 1));
  const placed = new Map<string, MemberTasks>(ordered.map(({ id }) => [id, { active: [], standby: [], warmup: [] }]));
  if (ordered.length === 0) return placed;
  const sorted = [...tasks].sort((a, b) => compareTasks(a.id, b.id));
  const copies = new TaskCopies(ordered, options.acceptableRecoveryLag);
  const balanced = balanceTasks(sorted, ordered, copies);
  const { owners, warmups } = holdBack(sorted, balanced, ordered, copies, options.maxWarmups);
  const standbys = placeStandbys(sorted, { owners, warmups }, ordered, copies, options);

  const sharesOf = (member: number): MemberTasks | undefined => placed.get(ordered[member]?.id ?? '');
  for (const { id } of sorted) {
    sharesOf(owners.get(id) ?? -1)?.active.push(id);
    sharesOf(warmups.get(id) ?? -1)?.warmup.push(id);
    for (const member of standbys.get(id) ?? []) sharesOf(member)?.standby.push(id);
  }
  return placed;
}

/**
 * Keeps tasks away from targets that would have to restore much, where another member does not. Replicas that warm up
 * already go on doing so before others begin.
 */
function holdBack(
  tasks: readonly PlacementTask[],
  targets: ReadonlyMap<string, number>,
  members: readonly PlacementMember[],
  copies: TaskCopies,
  maxWarmups: number,
): Placed {
  const owners = new Map(targets);
  const held: { readonly id: string; readonly target: number; readonly started: boolean }[] = [];
  for (const { id, stateful } of tasks) {
    const target = targets.get(id) ?? -1;
    if (!stateful || copies.caughtUp(id, target)) continue;
    const better = bestCopy(id, members, copies);
    if (better === undefined) continue;
    owners.set(id, better);
    held.push({ id, target, started: members[target]?.following.has(id) === true });
  }
  const first = held.sort((a, b) => Number(b.started) - Number(a.started)).slice(0, maxWarmups);
  return { owners, warmups: new Map(first.map(({ id, target }) => [id, target])) };
}

/** A member whose copy is caught up: the one that runs the task, else the furthest; undefined if there is none. */
function bestCopy(task: string, members: readonly PlacementMember[], copies: TaskCopies): number | undefined {
  let best: number | undefined;
  for (const member of copies.holders(task)) {
    if (!copies.caughtUp(task, member)) continue;
    if (members[member]?.running.has(task)) return member;
    if (best === undefined || copies.lag(task, member) < copies.lag(task, best)) best = member;
  }
  return best;
}
