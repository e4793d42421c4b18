import { type CommittedOffset, type GroupMetadata, partitionKey } from './client.js';
import type { ClusterView } from './cluster-view.js';
import { checkAnswer, ErrorCode, responseError } from './error-codes.js';
import type { OffsetToCommit, TopicPartition } from './protocol.js';

/** The metadata with which offsets are committed for a group that has no members. */
export function outsideOfGroup(groupId: string): GroupMetadata {
  return { groupId, generationId: -1, memberId: '', groupInstanceId: null };
}

/** Fills `Admin.committedOffsets`. */
export async function committedOffsets(
  view: ClusterView,
  groupId: string,
  partitions: readonly TopicPartition[] | 'all',
  options: { readonly requireStable?: boolean; readonly timeoutMs?: number },
): Promise<Map<string, CommittedOffset>> {
  const what = `Reading the committed offsets of group "${groupId}"`;
  const asked = partitions === 'all' ? null : partitions.map(({ topic, partition }) => ({ topic, partition }));
  const answer = await view.askCoordinator(
    { keyType: 'group', key: groupId, channel: 'admin' },
    'OffsetFetch',
    { groupId, partitions: asked, requireStable: options.requireStable ?? false },
    ({ errorCode, partitions: found }) => {
      const access = { api: 'OffsetFetch', group: groupId } as const;
      checkAnswer(errorCode, what, { access });
      for (const { topic, partition, errorCode: refused } of found)
        checkAnswer(refused, what, { context: { topic, partition }, access: { ...access, topic } });
    },
    { timeoutMs: options.timeoutMs },
  );
  const committed = new Map<string, CommittedOffset>();
  for (const { topic, partition, offset, leaderEpoch, metadata } of answer.partitions) {
    if (offset < 0) continue;
    const found = { topic, partition, offset, leaderEpoch, metadata };
    committed.set(partitionKey(found), found);
  }
  return committed;
}

/** Commits outside a transaction. @throws BrokerResponseError e.g. ILLEGAL_GENERATION */
export async function commitOffsets(
  view: ClusterView,
  group: GroupMetadata,
  offsets: readonly OffsetToCommit[],
  timeoutMs?: number,
): Promise<void> {
  await view.askCoordinator(
    { keyType: 'group', key: group.groupId, channel: 'heartbeat' },
    'OffsetCommit',
    { ...group, offsets },
    ({ partitions }) => {
      for (const { topic, partition, errorCode } of partitions)
        checkAnswer(errorCode, `Committing offsets of group "${group.groupId}"`, {
          context: { topic, partition },
          access: { api: 'OffsetCommit', group: group.groupId, topic },
        });
    },
    { timeoutMs },
  );
}

/** Deletes a group without members; one that does not exist is no error. */
export async function deleteGroup(view: ClusterView, groupId: string): Promise<void> {
  await view.askCoordinator(
    { keyType: 'group', key: groupId, channel: 'admin' },
    'DeleteGroups',
    { groups: [groupId] },
    ({ groups }) => {
      for (const { errorCode } of groups) {
        if (errorCode === 0 || errorCode === ErrorCode.GROUP_ID_NOT_FOUND) continue;
        const hint = errorCode === ErrorCode.NON_EMPTY_GROUP ? 'Stop the members of the group first.' : undefined;
        throw responseError(errorCode, `Deleting group "${groupId}"`, {
          hint,
          access: { api: 'DeleteGroups', group: groupId },
        });
      }
    },
  );
}
