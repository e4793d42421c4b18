import type { PlacementMember, PlacementOptions, PlacementTask } from './placement-input.js';
import type { TaskCopies } from './task-copies.js';

/** Who runs and who warms up each task; members by their index. */
export interface Placed {
  readonly owners: ReadonlyMap<string, number>;
  readonly warmups: ReadonlyMap<string, number>;
}

/** Members, by their index, that keep a standby of each task. */
export function placeStandbys(
  tasks: readonly PlacementTask[],
  placed: Placed,
  members: readonly PlacementMember[],
  copies: TaskCopies,
  { standbys, spreadTags }: Pick<PlacementOptions, 'standbys' | 'spreadTags'>,
): ReadonlyMap<string, readonly number[]> {
  const replicated = tasks.filter(({ stateful, standby }) => stateful && standby !== false);
  const perTask = Math.min(standbys, members.length - 1);
  const places = new StandbyPlaces(members, copies, spreadTags, (replicated.length * perTask) / members.length);
  const chosen = new Map<string, readonly number[]>();
  for (const { id } of replicated)
    chosen.set(id, places.take(id, perTask, placed.owners.get(id) ?? -1, placed.warmups.get(id) ?? -1));
  return chosen;
}

/** Typed arrays by member, since every task looks at every member. */
class StandbyPlaces {
  /** Of each tag a number for each of its values, by member. */
  readonly #tags: readonly Int32Array[];
  readonly #counts: Int32Array;
  /** Of the task that is placed: how far each member is from keeping it; -1 for one that follows it already. */
  readonly #distances: Float64Array;
  readonly #followers = new Map<string, number[]>();

  constructor(
    members: readonly PlacementMember[],
    private readonly copies: TaskCopies,
    spreadTags: readonly string[],
    private readonly fairShare: number,
  ) {
    this.#tags = spreadTags.map((tag) => {
      const values = members.map(({ tags }) => tags[tag] ?? '');
      return Int32Array.from(values, (value) => values.indexOf(value));
    });
    this.#counts = new Int32Array(members.length);
    this.#distances = new Float64Array(members.length);
    for (const [member, { following }] of members.entries()) {
      for (const task of following) {
        const followers = this.#followers.get(task);
        if (followers) followers.push(member);
        else this.#followers.set(task, [member]);
      }
    }
  }

  /** Takes the `n` best places for a task beside its owner and where it warms up. */
  take(task: string, n: number, owner: number, warmup: number): readonly number[] {
    this.#distances.fill(this.copies.lagFromStart(task));
    for (const member of this.copies.holders(task)) this.#distances[member] = this.copies.coarseLag(task, member);
    for (const member of this.#followers.get(task) ?? []) this.#distances[member] = -1;
    const holders = [owner];
    while (holders.length <= n) {
      const best = this.#best(holders, warmup);
      if (best < 0) break;
      holders.push(best);
      this.#counts[best] = this.#count(best) + 1;
    }
    return holders.slice(1);
  }

  #best(holders: readonly number[], warmup: number): number {
    let best = -1;
    let bestApart = -1;
    for (let member = 0; member < this.#counts.length; member++) {
      if (member === warmup || holders.includes(member)) continue;
      const apart = this.#tagsApart(member, holders);
      if (apart < bestApart || (apart === bestApart && !this.#better(member, best))) continue;
      best = member;
      bestApart = apart;
    }
    return best;
  }

  /** Of two that are equally far apart: who has room, then whose state is further, then who has fewer. */
  #better(member: number, than: number): boolean {
    const [full, thanFull] = [this.#count(member) >= this.fairShare, this.#count(than) >= this.fairShare];
    if (full !== thanFull) return thanFull;
    const nearer = (this.#distances[than] ?? 0) - (this.#distances[member] ?? 0);
    return nearer !== 0 ? nearer > 0 : this.#count(member) < this.#count(than);
  }

  /** In how many tags a member differs from all of these. */
  #tagsApart(member: number, holders: readonly number[]): number {
    let apart = 0;
    for (const values of this.#tags) {
      let shared = false;
      for (const holder of holders) if (values[holder] === values[member]) shared = true;
      if (!shared) apart++;
    }
    return apart;
  }

  #count(member: number): number {
    return this.#counts[member] ?? 0;
  }
}
