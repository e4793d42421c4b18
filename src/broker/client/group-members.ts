import type { GroupDescription, GroupMemberDescription } from './client.js';
import type { ClusterView } from './cluster-view.js';
import { checkAnswer, ErrorCode } from './error-codes.js';
import type { DescribeGroupsResponse } from './admin-protocol.js';

type DescribedGroup = DescribeGroupsResponse['groups'][number];

/** Fills `Admin.describeGroup`. */
export async function describeGroup(view: ClusterView, groupId: string): Promise<GroupDescription | undefined> {
  const answer = await view.askCoordinator(
    { keyType: 'group', key: groupId, channel: 'admin' },
    'DescribeGroups',
    { groups: [groupId] },
    ({ groups }) => {
      for (const { errorCode } of groups) {
        if (errorCode !== ErrorCode.GROUP_ID_NOT_FOUND) checkAnswer(errorCode, `Describing group "${groupId}"`);
      }
    },
  );
  const [described] = answer.groups;
  if (described === undefined || described.state === 'Dead') return groupOfOtherType(view, groupId);
  return classicGroup(described);
}

/** DescribeGroups knows classic groups only; which others a coordinator has, it tells in a list. */
async function groupOfOtherType(view: ClusterView, groupId: string): Promise<GroupDescription | undefined> {
  const answer = await view.askCoordinator(
    { keyType: 'group', key: groupId, channel: 'admin' },
    'ListGroups',
    { types: ['consumer', 'streams', 'share'] },
    ({ errorCode }) => {
      checkAnswer(errorCode, 'Listing groups');
    },
  );
  const listed = answer.groups.find((group) => group.groupId === groupId && group.type !== 'classic');
  if (listed === undefined) return undefined;
  const { type, state, protocolType } = listed;
  return { groupId, type, state, protocolType, protocolName: '', members: [] };
}

function classicGroup({ groupId, state, protocolType, protocolName, members }: DescribedGroup): GroupDescription {
  return {
    ...{ groupId, type: 'classic', state, protocolType, protocolName },
    members: members.map(({ metadata, ...member }) => ({ ...member, subscription: metadata })),
  };
}

/** Fills `Admin.removeGroupMembers`. */
export async function removeGroupMembers(
  view: ClusterView,
  groupId: string,
  members: readonly Pick<GroupMemberDescription, 'memberId' | 'groupInstanceId'>[],
  reason: string,
): Promise<void> {
  if (members.length === 0) return;
  const leaving = members.map(({ memberId, groupInstanceId }) => ({ memberId, groupInstanceId, reason }));
  const what = (memberId: string): string => `Removing member "${memberId}" of group "${groupId}"`;
  await view.askCoordinator(
    { keyType: 'group', key: groupId, channel: 'admin' },
    'LeaveGroup',
    { groupId, members: leaving },
    ({ errorCode, members: left }) => {
      checkAnswer(errorCode, `Removing members of group "${groupId}"`);
      for (const member of left) if (!isGone(member.errorCode)) checkAnswer(member.errorCode, what(member.memberId));
    },
  );
}

function isGone(errorCode: number): boolean {
  return errorCode === ErrorCode.UNKNOWN_MEMBER_ID || errorCode === ErrorCode.FENCED_INSTANCE_ID;
}
