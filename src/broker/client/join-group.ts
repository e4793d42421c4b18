import { EMPTY_BYTES } from '../../util/bytes.js';
import { type GroupMetadata, type MemberAssignment, type MemberOptions, type MemberSubscription } from './client.js';
import type { ClusterView } from './cluster-view.js';
import { decodeAssignment, decodeSubscription, encodeAssignment, encodeSubscription } from './consumer-protocol.js';
import { withholdOwned } from './cooperative.js';
import { ErrorCode } from './error-codes.js';
import { checkMemberAnswer } from './member-reaction.js';
import type { JoinGroupResponse, SyncGroupRequest, TopicPartition } from './protocol.js';

const PROTOCOL_TYPE = 'consumer';

/** What a member holds when it joins. */
export interface Standing {
  readonly memberId: string;
  /** Of the last generation; -1 when there is none. */
  readonly generationId: number;
  readonly ownedPartitions: readonly TopicPartition[];
}

/** The membership that a join gave; the assignment comes with {@link GroupProtocol.sync}. */
export interface Joined {
  readonly generation: GroupMetadata;
  readonly answer: JoinGroupResponse;
}

/** JoinGroup and SyncGroup, and on the leader the assignment between them. */
export class GroupProtocol {
  constructor(
    private readonly view: ClusterView,
    private readonly options: MemberOptions,
  ) {}

  /** @throws MemberInterruption, BrokerUnavailableError; `onMemberId` is called when an id was given, before joining with it */
  async join(standing: Standing, reason: string, onMemberId: (memberId: string) => void): Promise<Joined> {
    const { groupId, groupInstanceId, assignor, sessionTimeoutMs = 10_000, rebalanceTimeoutMs = 60_000 } = this.options;
    const metadata = encodeSubscription({ ...assignor.subscription(), ...standing });
    const node = await this.view.coordinator('group', groupId);
    const message = {
      ...{ groupId, sessionTimeoutMs, rebalanceTimeoutMs, memberId: standing.memberId, reason },
      groupInstanceId: groupInstanceId ?? null,
      protocolType: PROTOCOL_TYPE,
      protocols: [{ name: assignor.name, metadata }],
    };
    // The coordinator answers when every member has joined, at most after the rebalance time-out.
    const options = { timeoutMs: rebalanceTimeoutMs + 10_000 };
    const answer = await this.view.request(node, 'membership', 'JoinGroup', message, options);
    if (answer.errorCode === ErrorCode.MEMBER_ID_REQUIRED) {
      onMemberId(answer.memberId);
      return this.join({ ...standing, memberId: answer.memberId }, reason, onMemberId);
    }
    checkMemberAnswer(answer.errorCode, `Joining group "${groupId}"`, groupInstanceId, {
      api: 'JoinGroup',
      group: groupId,
    });
    const { memberId, generationId } = answer;
    return { answer, generation: { groupId, memberId, generationId, groupInstanceId: groupInstanceId ?? null } };
  }

  /** @throws MemberInterruption, BrokerUnavailableError, and what the assignor throws */
  async sync({ generation, answer }: Joined): Promise<MemberAssignment> {
    const leads = answer.leader === answer.memberId && !answer.skipAssignment;
    const message: SyncGroupRequest = {
      ...generation,
      protocolType: PROTOCOL_TYPE,
      protocolName: answer.protocolName ?? this.options.assignor.name,
      assignments: leads ? await this.assign(answer) : [],
    };
    const { rebalanceTimeoutMs = 60_000, groupId, groupInstanceId } = this.options;
    const node = await this.view.coordinator('group', groupId);
    const options = { timeoutMs: rebalanceTimeoutMs + 10_000 };
    const synced = await this.view.request(node, 'membership', 'SyncGroup', message, options);
    checkMemberAnswer(synced.errorCode, `Taking the assignment of group "${groupId}"`, groupInstanceId, {
      api: 'SyncGroup',
      group: groupId,
    });
    return decodeAssignment(synced.assignment);
  }

  private async assign({ members }: JoinGroupResponse): Promise<SyncGroupRequest['assignments']> {
    const subscriptions = new Map(members.map((member) => [member.memberId, decodeSubscription(member.metadata)]));
    const seen: MemberSubscription[] = members.map(({ memberId, groupInstanceId, metadata }) => {
      const { topics, ownedPartitions, userData } = subscriptions.get(memberId) ?? decodeSubscription(metadata);
      return { memberId, groupInstanceId, topics, ownedPartitions, userData };
    });
    const assignments = withholdOwned(subscriptions, await this.options.assignor.assign(seen));
    const none: MemberAssignment = { partitions: [], userData: EMPTY_BYTES };
    return members.map(({ memberId }) => ({
      memberId,
      assignment: encodeAssignment(assignments.get(memberId) ?? none),
    }));
  }

  /** Leaves; whether the coordinator heard of it does not matter, since it will miss the heartbeats. */
  async leave(memberId: string, reason: string): Promise<void> {
    const { groupId, groupInstanceId } = this.options;
    const members = [{ memberId, groupInstanceId: groupInstanceId ?? null, reason }];
    const node = await this.view.coordinator('group', groupId);
    await this.view.request(node, 'heartbeat', 'LeaveGroup', { groupId, members }, { timeoutMs: 5_000 });
  }
}
