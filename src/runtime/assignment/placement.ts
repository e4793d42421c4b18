/** One member as placement sees it. */
export interface PlacementMember {
  readonly id: string;
  /** Tasks it runs now. */
  readonly running: ReadonlySet<string>;
  /** Tasks whose state it holds, running or not, with how far that state is (records, larger is further). */
  readonly state: ReadonlyMap<string, number>;
}

/**
 * Gives every task to one member. Balanced: no member has two tasks more than another. Sticky: a task moves only if
 * balance demands it. A task that nobody runs goes where its state is furthest, then to the member with the fewest. The
 * same input, in any order, gives the same output.
 */
export function placeTasks(
  tasks: readonly string[],
  members: readonly PlacementMember[],
): ReadonlyMap<string, readonly string[]> {
  const ordered = [...members].sort((a, b) => compare(a.id, b.id));
  const shares = new Map<string, string[]>(ordered.map((member) => [member.id, []]));
  if (ordered.length === 0) return shares;

  const sorted = [...new Set(tasks)].sort(compareTasks);
  const floor = Math.floor(sorted.length / ordered.length);
  let larger = sorted.length - floor * ordered.length; // so many members get one more
  const homeless = new Set(sorted);
  const give = (task: string, id: string): void => {
    const share = shares.get(id) ?? [];
    if (share.push(task) > floor) larger--;
    homeless.delete(task);
  };
  const hasRoom = (id: string): boolean => sizeOf(shares, id) < floor + (larger > 0 ? 1 : 0);

  const running = runningByMember(sorted, ordered);
  // those who run the most keep the larger shares, so that the fewest tasks move
  for (const id of [...running.keys()].sort((a, b) => sizeOf(running, b) - sizeOf(running, a) || compare(a, b))) {
    for (const task of running.get(id) ?? []) if (hasRoom(id)) give(task, id);
  }
  for (const task of homeless) {
    const room = ordered.filter(({ id }) => hasRoom(id));
    give(task, room.reduce((a, b) => (better(b, a, task, shares) ? b : a)).id);
  }
  for (const share of shares.values()) share.sort(compareTasks);
  return shares;
}

/** Orders task ids `<sub-topology>_<partition>` by their numbers. */
export function compareTasks(a: string, b: string): number {
  const [subA = 0, partitionA = 0] = a.split('_').map(Number);
  const [subB = 0, partitionB = 0] = b.split('_').map(Number);
  return subA - subB || partitionA - partitionB;
}

/** What each member runs now; a task that two claim (one of them is late to notice) counts for the first. */
function runningByMember(tasks: readonly string[], members: readonly PlacementMember[]): Map<string, string[]> {
  const running = new Map<string, string[]>(members.map((member) => [member.id, []]));
  for (const task of tasks) {
    const owner = members.find((member) => member.running.has(task));
    if (owner) running.get(owner.id)?.push(task);
  }
  return running;
}

function better(
  candidate: PlacementMember,
  than: PlacementMember,
  task: string,
  shares: ReadonlyMap<string, readonly string[]>,
): boolean {
  const byState = (candidate.state.get(task) ?? -1) - (than.state.get(task) ?? -1);
  return byState !== 0 ? byState > 0 : sizeOf(shares, candidate.id) < sizeOf(shares, than.id);
}

function sizeOf(shares: ReadonlyMap<string, readonly string[]>, id: string): number {
  return shares.get(id)?.length ?? 0;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
