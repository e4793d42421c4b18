import { rm } from 'node:fs/promises';
import type { BrokerClient, GroupDescription } from '../../broker/client/client.js';
import { decodeSubscription } from '../../broker/client/consumer-protocol.js';
import { decodeSubscription as decodeUserData } from '../../runtime/assignment/user-data.js';
import { MillraceError } from '../../util/errors.js';
import type { ResetPlan } from './reset-plan.js';

/**
 * Refuses to change what an application has while it runs.
 * @throws MillraceError `APPLICATION_RUNS` when the group has members that the plan does not remove
 */
export function expectStopped({
  application,
  group,
  members,
}: Pick<ResetPlan, 'application' | 'group' | 'members'>): void {
  // prettier-ignore
  if (!group || group.state === 'Empty') return;
  if (group.type === 'classic' && group.members.length <= members.length) return;
  throw applicationRuns(application, group);
}

/**
 * Does what a plan says. What was done before a failure stays so, and doing it again is no harm; the offsets move last, so
 * that a reset that did not end is not taken for one that did.
 * @throws MillraceError `APPLICATION_RUNS`
 */
export async function carryOut(client: BrokerClient, plan: ResetPlan): Promise<void> {
  const { admin } = client;
  expectStopped(plan);
  await removeMembers(client, plan);
  // Transactions that an instance left open may still commit offsets: they end before anything is undone.
  await admin.committedOffsets(plan.application, 'all', { requireStable: true });
  for (const folder of plan.folders) await rm(folder, { recursive: true, force: true });
  await admin.deleteTopics(plan.topics);
  if (plan.deleteGroup) await admin.deleteGroups([plan.application]);
  const offsets = plan.offsets.map(({ topic, partition, to }) => {
    return { topic, partition, offset: to, leaderEpoch: -1, metadata: '' };
  });
  if (offsets.length > 0) await admin.commitOffsets(plan.application, offsets);
}

/** Members that are gone must not come to an end of their transaction either: their writers are fenced. */
async function removeMembers(client: BrokerClient, { application, members }: ResetPlan): Promise<void> {
  if (members.length === 0) return;
  await client.admin.removeGroupMembers(application, members, 'millrace reset --force');
  const after = await client.admin.describeGroup(application);
  if (after && after.members.length > 0) throw applicationRuns(application, after);
  for (const { subscription } of members) {
    const transactionalId = subscription.length === 0 ? undefined : writerOf(subscription);
    if (transactionalId === undefined) continue;
    const writer = client.writer({ transactionalId });
    await writer.init();
    await writer.close();
  }
}

function writerOf(subscription: Buffer): string | undefined {
  return decodeUserData(decodeSubscription(subscription).userData).writer;
}

function applicationRuns(application: string, { type, state, members }: GroupDescription): MillraceError {
  const names = members.map(({ groupInstanceId, memberId }) => groupInstanceId ?? memberId);
  const who = names.length === 0 ? `group of type ${type} is ${state}` : `group has members ${names.join(', ')}`;
  return new MillraceError({
    code: 'APPLICATION_RUNS',
    kind: 'invalid',
    message: `application "${application}" is not stopped: its ${who}`,
    hint: 'Stop every instance; `millrace reset --force` removes members that ended without leaving the group.',
    context: { application },
  });
}
