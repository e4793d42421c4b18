import type { Random } from '../../../util/random.js';
import type { Clock } from '../../../util/time.js';
import type {
  DeleteGroupsRequest,
  DeleteGroupsResponse,
  DescribeGroupsRequest,
  DescribeGroupsResponse,
  ListGroupsRequest,
  ListGroupsResponse,
} from '../../client/admin-protocol.js';
import type {
  HeartbeatRequest,
  HeartbeatResponse,
  JoinGroupRequest,
  JoinGroupResponse,
  LeaveGroupRequest,
  LeaveGroupResponse,
  OffsetCommitRequest,
  SyncGroupRequest,
  SyncGroupResponse,
} from '../../client/protocol.js';
import { EMPTY_BYTES } from '../../../util/bytes.js';
import { ErrorCode } from '../error-code.js';
import type { OffsetStore } from '../offset-store.js';
import type { BrokerStorage } from '../storage/broker-storage.js';
import { ClassicGroup, STATE_NAMES } from './classic-group.js';

/** Kafka's `group.min.session.timeout.ms` and `group.max.session.timeout.ms`. */
const MIN_SESSION_TIMEOUT_MS = 6_000;
const MAX_SESSION_TIMEOUT_MS = 1_800_000;

/**
 * The groups with members. They live in memory only: members are clients of this process, and end with it. A first
 * member does not wait for others (`group.initial.rebalance.delay.ms` is 0).
 */
export class GroupCoordinator {
  readonly #groups = new Map<string, ClassicGroup>();

  constructor(
    private readonly offsets: OffsetStore,
    private readonly storage: BrokerStorage,
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  join(request: JoinGroupRequest): JoinGroupResponse | Promise<JoinGroupResponse> {
    const { groupId, memberId, sessionTimeoutMs } = request;
    if (groupId === '') return refusedJoin(memberId, ErrorCode.INVALID_GROUP_ID);
    if (sessionTimeoutMs < MIN_SESSION_TIMEOUT_MS || sessionTimeoutMs > MAX_SESSION_TIMEOUT_MS) {
      return refusedJoin(memberId, ErrorCode.INVALID_SESSION_TIMEOUT);
    }
    let group = this.#groups.get(groupId);
    if (group === undefined) {
      if (memberId !== '') return refusedJoin(memberId, ErrorCode.UNKNOWN_MEMBER_ID);
      group = new ClassicGroup(this.clock, this.random);
      this.#groups.set(groupId, group);
    }
    return group.join(request);
  }

  sync(request: SyncGroupRequest): SyncGroupResponse | Promise<SyncGroupResponse> {
    const group = this.#groups.get(request.groupId);
    return group?.sync(request) ?? { errorCode: ErrorCode.UNKNOWN_MEMBER_ID, assignment: EMPTY_BYTES };
  }

  heartbeat(request: HeartbeatRequest): HeartbeatResponse {
    const group = this.#groups.get(request.groupId);
    return { errorCode: group?.heartbeat(request) ?? ErrorCode.UNKNOWN_MEMBER_ID };
  }

  leave({ groupId, members }: LeaveGroupRequest): LeaveGroupResponse {
    const group = this.#groups.get(groupId);
    return {
      errorCode: ErrorCode.NONE,
      members: members.map((member) => ({
        memberId: member.memberId,
        errorCode: group?.leave(member) ?? ErrorCode.UNKNOWN_MEMBER_ID,
      })),
    };
  }

  /** Kafka's error for a commit of offsets by a member, or by nobody; 0 if it may. */
  commitError(
    request: Pick<OffsetCommitRequest, 'groupId' | 'generationId' | 'memberId' | 'groupInstanceId'>,
    transactional: boolean,
  ): number {
    const group = this.#groups.get(request.groupId);
    if (group !== undefined) return group.commitError(request, transactional);
    if (request.generationId < 0) return ErrorCode.NONE;
    // A group that only has offsets exists, without members.
    return this.offsets.hasGroup(request.groupId) ? ErrorCode.UNKNOWN_MEMBER_ID : ErrorCode.ILLEGAL_GENERATION;
  }

  async deleteGroups({ groups }: DeleteGroupsRequest): Promise<DeleteGroupsResponse> {
    const results = groups.map((groupId) => ({ groupId, errorCode: this.#delete(groupId) }));
    await this.storage.commit(true);
    return { groups: results };
  }

  /** Every group is a classic one. */
  listGroups({ types }: ListGroupsRequest): ListGroupsResponse {
    const asked = types.length === 0 || types.includes('classic');
    const groupIds = asked ? new Set([...this.#groups.keys(), ...this.offsets.groupIds()]) : [];
    const groups = [...groupIds].map((groupId) => {
      const { state = 'empty', protocolType = '' } = this.#groups.get(groupId) ?? {};
      return { groupId, protocolType, state: STATE_NAMES[state], type: 'classic' };
    });
    return { errorCode: ErrorCode.NONE, groups };
  }

  describeGroups({ groups }: DescribeGroupsRequest): DescribeGroupsResponse {
    return { groups: groups.map((groupId) => this.#describe(groupId)) };
  }

  /** Stops every timer. */
  close(): void {
    for (const group of this.#groups.values()) group.close();
  }

  #describe(groupId: string): DescribeGroupsResponse['groups'][number] {
    const group = this.#groups.get(groupId);
    if (group !== undefined) return { errorCode: ErrorCode.NONE, groupId, ...group.description() };
    const known = this.offsets.hasGroup(groupId);
    const errorCode = known ? ErrorCode.NONE : ErrorCode.GROUP_ID_NOT_FOUND;
    return { errorCode, groupId, state: known ? 'Empty' : 'Dead', protocolType: '', protocolName: '', members: [] };
  }

  #delete(groupId: string): number {
    const group = this.#groups.get(groupId);
    if (group === undefined && !this.offsets.hasGroup(groupId)) return ErrorCode.GROUP_ID_NOT_FOUND;
    if (group !== undefined && group.state !== 'empty') return ErrorCode.NON_EMPTY_GROUP;
    group?.close();
    this.#groups.delete(groupId);
    this.offsets.deleteGroup(groupId);
    return ErrorCode.NONE;
  }
}

function refusedJoin(memberId: string, errorCode: number): JoinGroupResponse {
  return { errorCode, generationId: -1, protocolName: null, leader: '', skipAssignment: false, memberId, members: [] };
}
