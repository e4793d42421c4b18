import type { PlacementMember, PlacementTask } from './placement-input.js';
import type { TaskCopies } from './task-copies.js';

/**
 * The member, by its index, that each task is to run on once all is caught up. Stateful tasks are dealt first, so that
 * they are in balance by themselves; the others fill up. Tasks and members are sorted.
 */
export function balanceTasks(
  tasks: readonly PlacementTask[],
  members: readonly PlacementMember[],
  copies: TaskCopies,
): ReadonlyMap<string, number> {
  const balance = new Balance(members, copies);
  const stateful = tasks.filter((task) => task.stateful).map(({ id }) => id);
  const others = tasks.filter((task) => !task.stateful).map(({ id }) => id);
  balance.deal(stateful, runningShares(others, members));
  balance.deal(
    others,
    members.map(() => []),
  );
  return balance.owners;
}

/** What each member runs of these tasks; a task that two claim (one of them is late to notice) counts for the first. */
function runningShares(tasks: readonly string[], members: readonly PlacementMember[]): string[][] {
  const owners = new Map<string, number>();
  for (const [member, { running }] of members.entries())
    for (const task of running) if (!owners.has(task)) owners.set(task, member);
  const shares = members.map((): string[] => []);
  for (const task of tasks) shares[owners.get(task) ?? -1]?.push(task);
  return shares;
}

class Balance {
  readonly owners = new Map<string, number>();
  readonly #sizes: number[];
  /** Tasks of each sub-topology by member. */
  readonly #perSub = new Map<string, number[]>();
  #floor = 0;
  /** So many members may get one more than the floor. */
  #larger = 0;

  constructor(
    private readonly members: readonly PlacementMember[],
    private readonly copies: TaskCopies,
  ) {
    this.#sizes = members.map(() => 0);
  }

  /**
   * Deals tasks on top of what is dealt: first to those who run them, as far as balance lets them, then where their state
   * is furthest, then to whom has the fewest of their sub-topology.
   *
   * @param next what members run of the tasks that are dealt after these: who runs fewer of them gets the larger share now,
   *   so that the fewest of those move too
   */
  deal(tasks: readonly string[], next: readonly (readonly string[])[]): void {
    const total = this.owners.size + tasks.length;
    this.#floor = Math.floor(total / this.members.length);
    this.#larger = total - this.#floor * this.members.length;
    for (const size of this.#sizes) if (size > this.#floor) this.#larger--;

    const running = runningShares(tasks, this.members);
    const wanted = (member: number): number => this.#size(member) + (running[member]?.length ?? 0);
    const byClaim = [...running.keys()].sort(
      (a, b) =>
        Number(wanted(b) > this.#floor) - Number(wanted(a) > this.#floor) ||
        (next[a]?.length ?? 0) - (next[b]?.length ?? 0),
    );
    for (const member of byClaim) this.#keep(member, running[member] ?? [], (other) => wanted(other) <= this.#floor);
    this.#bringHome(tasks.filter((task) => !this.owners.has(task)));
  }

  /** A member that has too much keeps what nobody with room has state of, evenly over the sub-topologies. */
  #keep(member: number, running: readonly string[], needy: (other: number) => boolean): void {
    if (this.#size(member) + running.length > this.#floor) running = this.#dearestFirst(running, needy);
    for (const task of running) if (this.#hasRoom(member)) this.#give(task, member);
  }

  #dearestFirst(running: readonly string[], needy: (other: number) => boolean): readonly string[] {
    const ranks = new Map<string, number>();
    const ranked = running.map((task) => {
      let elsewhere = Infinity;
      for (const other of this.copies.holders(task))
        if (needy(other)) elsewhere = Math.min(elsewhere, this.copies.coarseLag(task, other));
      const group = `${subOf(task)} ${elsewhere}`;
      const rank = ranks.get(group) ?? 0;
      ranks.set(group, rank + 1);
      return { task, elsewhere, rank };
    });
    const byDistance = (a: number, b: number): number => (a === b ? 0 : b > a ? 1 : -1);
    return ranked.sort((a, b) => byDistance(a.elsewhere, b.elsewhere) || a.rank - b.rank).map(({ task }) => task);
  }

  #bringHome(homeless: readonly string[]): void {
    for (const { task, member } of this.copies.of(homeless))
      if (!this.owners.has(task) && this.#hasRoom(member)) this.#give(task, member);
    for (const task of homeless) if (!this.owners.has(task)) this.#give(task, this.#roomiest(task));
  }

  #roomiest(task: string): number {
    const ofSub = this.#perSub.get(subOf(task)) ?? [];
    let best = -1;
    for (let member = 0; member < this.members.length; member++) {
      if (!this.#hasRoom(member)) continue;
      const fewer = best < 0 ? -1 : (ofSub[member] ?? 0) - (ofSub[best] ?? 0) || this.#size(member) - this.#size(best);
      if (fewer < 0) best = member;
    }
    return best;
  }

  #hasRoom(member: number): boolean {
    return this.#size(member) < this.#floor + (this.#larger > 0 ? 1 : 0);
  }

  #give(task: string, member: number): void {
    this.owners.set(task, member);
    this.#sizes[member] = this.#size(member) + 1;
    if (this.#size(member) > this.#floor) this.#larger--;
    const sub = subOf(task);
    const ofSub = this.#perSub.get(sub) ?? this.members.map(() => 0);
    ofSub[member] = (ofSub[member] ?? 0) + 1;
    this.#perSub.set(sub, ofSub);
  }

  #size(member: number): number {
    return this.#sizes[member] ?? 0;
  }
}

function subOf(task: string): string {
  return task.slice(0, task.indexOf('_'));
}
