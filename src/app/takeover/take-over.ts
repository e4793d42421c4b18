import type {
  Admin,
  BrokerClient,
  CommittedOffset,
  GroupDescription,
  GroupMemberDescription,
} from '../../broker/client/client.js';
import type { TaskPlan } from '../../runtime/assignment/task-plan.js';
import type { Clock } from '../../util/time.js';
import { diagnose } from './diagnose.js';
import { misfits, type Finding } from './finding.js';

/** A member as it is named to people. */
export type LeftMember = Pick<GroupMemberDescription, 'memberId' | 'groupInstanceId' | 'clientId' | 'clientHost'>;

/** What {@link takeOver} found and did. */
export interface TakeoverReport {
  readonly applicationId: string;
  readonly findings: readonly Finding[];
  /** Members that were in the group and make no progress: they were left behind, and were removed if `executed`. */
  readonly members: readonly LeftMember[];
  readonly executed: boolean;
  /** Why the application cannot be taken over; undefined when nothing speaks against it. */
  readonly refusal?: string;
}

export interface TakeoverOptions {
  /** Do it; without, only tell what would be done. */
  readonly execute: boolean;
  /** How long the group is watched, and after the removal once more. Longer than its members' heartbeat interval. */
  readonly watchMs: number;
  readonly clock: Pick<Clock, 'sleep'>;
}

const LOOK_EVERY_MS = 500;

/** States in which members come and go. */
const REBALANCING = new Set(['PreparingRebalance', 'CompletingRebalance']);

/**
 * Makes the group of a stopped application free for the next program: Kafka Streams for Java does not leave its group when it
 * closes, nor does a static member of Millrace, and the next one would wait until the session is over.
 *
 * 1. The topology has to fit (`doctor`).
 * 2. The committed offsets must not move while the group is watched.
 * 3. The members are removed.
 * 4. None may come back: one that lives, and only has nothing to do, joins again at its next heartbeat.
 */
export async function takeOver(
  plan: TaskPlan,
  client: BrokerClient,
  options: TakeoverOptions,
): Promise<TakeoverReport> {
  const { applicationId } = plan;
  const { execute } = options;
  const findings = await diagnose(plan, client);
  const members = (await client.admin.describeGroup(applicationId))?.members ?? [];
  const report = { applicationId, findings, members: members.map(leftMember) };
  const refused = (refusal: string): TakeoverReport => ({ ...report, executed: false, refusal });

  const obstacles = misfits(findings).length;
  if (obstacles > 0) {
    return refused(`the topology does not fit the application: ${obstacles} ${obstacles === 1 ? 'misfit' : 'misfits'}`);
  }
  if (members.length === 0) return { ...report, executed: execute };
  const { admin } = client;
  const before = await admin.committedOffsets(applicationId, 'all');
  const alive = await firstSign(options, () => signOfLife(admin, applicationId, before));
  if (alive !== undefined) return refused(`${alive}: stop the application first`);
  if (!execute) return { ...report, executed: false };
  await admin.removeGroupMembers(applicationId, members, 'millrace takeover');
  const back = await firstSign(options, () => signOfReturn(admin, applicationId));
  if (back !== undefined) return refused(`${back}: stop the application first`);
  return { ...report, executed: true };
}

/** Looks again and again until there is a sign, or the time to watch is over. */
async function firstSign(
  { watchMs, clock }: TakeoverOptions,
  look: () => Promise<string | undefined>,
): Promise<string | undefined> {
  for (let leftMs = watchMs; leftMs > 0; leftMs -= LOOK_EVERY_MS) {
    await clock.sleep(Math.min(leftMs, LOOK_EVERY_MS));
    const sign = await look();
    if (sign !== undefined) return sign;
  }
  return undefined;
}

/** What shows that the members are alive; undefined when nothing does. */
async function signOfLife(
  admin: Admin,
  groupId: string,
  before: ReadonlyMap<string, CommittedOffset>,
): Promise<string | undefined> {
  const after = await admin.committedOffsets(groupId, 'all');
  const moved = [...after].filter(([partition, { offset }]) => before.get(partition)?.offset !== offset);
  const [first] = moved;
  if (first !== undefined)
    return `offsets of ${moved.length} partitions moved meanwhile, of "${first[0]}" to ${first[1].offset}`;
  const group = await admin.describeGroup(groupId);
  return group !== undefined && isRebalancing(group) ? `the group is rebalancing (${group.state})` : undefined;
}

async function signOfReturn(admin: Admin, groupId: string): Promise<string | undefined> {
  const back = (await admin.describeGroup(groupId))?.members ?? [];
  return back.length > 0 ? `${named(back)} came back to the group` : undefined;
}

function isRebalancing({ state }: GroupDescription): boolean {
  return REBALANCING.has(state);
}

function leftMember({ memberId, groupInstanceId, clientId, clientHost }: GroupMemberDescription): LeftMember {
  return { memberId, groupInstanceId, clientId, clientHost };
}

function named(members: readonly GroupMemberDescription[]): string {
  return members.map(({ clientId, memberId }) => `"${clientId || memberId}"`).join(', ');
}
