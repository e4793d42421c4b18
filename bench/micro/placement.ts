/*
 * What the leader pays for one assignment, in milliseconds of CPU: `node dist/bench/micro/placement.js [TASKS] [MEMBERS]`. At
 * first nobody has anything, then all goes on as it is, then a tenth of the members is gone.
 */
import type { PlacementMember, PlacementTask } from '../../src/runtime/assignment/placement-input.js';
import { placeTasks, type MemberTasks } from '../../src/runtime/assignment/placement.js';

const [tasks = 10_000, members = 500] = process.argv.slice(2).map(Number);
const OPTIONS = { standbys: 1, acceptableRecoveryLag: 10_000, maxWarmups: 2, spreadTags: ['zone', 'host'] };

const all = Array.from({ length: tasks }, (_, i): PlacementTask => ({
  id: `${i % 5}_${Math.floor(i / 5)}`,
  stateful: i % 5 < 3,
}));
let group = Array.from({ length: members }, (_, i): PlacementMember => ({
  id: `member-${i}`,
  running: new Set(),
  following: new Set(),
  positions: new Map(),
  tags: { zone: `z${i % 3}`, host: `h${i}` },
}));
for (const what of ['at first', 'unchanged']) settle(what);
group = group.filter((_, index) => index % 10 !== 0);
for (const what of ['a tenth is gone', 'unchanged']) settle(what);

function settle(what: string): void {
  const start = process.cpuUsage();
  const placed = placeTasks(all, group, OPTIONS);
  console.log(`${what}: ${(process.cpuUsage(start).user / 1_000).toFixed(0)} ms`);
  group = group.map((member) => after(member, placed.get(member.id)));
}

/** A member that has done as it was told and has caught up. */
function after(member: PlacementMember, share: MemberTasks = { active: [], standby: [], warmup: [] }): PlacementMember {
  const following = new Set([...share.standby, ...share.warmup]);
  const positions = new Map([...share.active, ...following].map((task) => [task, 1_000_000]));
  return { ...member, running: new Set(share.active), following, positions };
}
