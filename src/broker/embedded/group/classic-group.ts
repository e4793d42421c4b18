import { EMPTY_BYTES } from '../../../util/bytes.js';
import type { Random } from '../../../util/random.js';
import type { CancelTimer, Clock } from '../../../util/time.js';
import type { DescribeGroupsResponse } from '../../client/admin-protocol.js';
import type {
  HeartbeatRequest,
  JoinGroupRequest,
  JoinGroupResponse,
  LeaveGroupRequest,
  OffsetCommitRequest,
  SyncGroupRequest,
  SyncGroupResponse,
} from '../../client/protocol.js';
import { ErrorCode } from '../error-code.js';
import { GroupMember } from './group-member.js';
import { GroupMembers } from './group-members.js';

/**
 *     empty ──join──► preparing ──all joined──► completing ──leader's sync──► stable
 *       ▲                ▲ │                        │                           │
 *       └──last leaves───┘ └────────join, leave, expiry: rebalance again────────┘
 */
export type GroupState = 'empty' | 'preparing' | 'completing' | 'stable';

/** The states by Kafka's names. */
export const STATE_NAMES: Readonly<Record<GroupState, string>> = {
  empty: 'Empty',
  preparing: 'PreparingRebalance',
  completing: 'CompletingRebalance',
  stable: 'Stable',
};

/** How long a new member's first join may wait (Kafka's `group.new.member.join.timeout.ms`). */
const NEW_MEMBER_JOIN_TIMEOUT_MS = 300_000;

/** One group under the classic protocol: joining, syncing, heartbeats, and what ends a membership. */
export class ClassicGroup {
  state: GroupState = 'empty';
  generationId = 0;
  protocolType = '';
  protocolName: string | null = null;
  readonly members = new GroupMembers();
  /** Ids handed out with MEMBER_ID_REQUIRED, until they join or expire. */
  readonly #expected = new Map<string, CancelTimer>();
  #cancelRebalance: CancelTimer | undefined;
  /** Members of this generation whose SyncGroup has not come. */
  #unsynced = new Set<GroupMember>();

  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  join(request: JoinGroupRequest): JoinGroupResponse | Promise<JoinGroupResponse> {
    const { memberId, protocolType, protocols } = request;
    if (protocolType === '' || protocols.length === 0) return joinError(memberId, 'INCONSISTENT_GROUP_PROTOCOL');
    const stranger = this.state !== 'empty' && protocolType !== this.protocolType;
    if (stranger || !this.members.canSpeak(protocols)) return joinError(memberId, 'INCONSISTENT_GROUP_PROTOCOL');
    return memberId === '' ? this.#joinUnknown(request) : this.#joinKnown(request);
  }

  sync(request: SyncGroupRequest): SyncGroupResponse | Promise<SyncGroupResponse> {
    const errorCode = this.#syncError(request);
    const member = this.members.get(request.memberId);
    if (errorCode !== ErrorCode.NONE || member === undefined) return { errorCode, assignment: EMPTY_BYTES };
    this.#heard(member);
    if (this.state === 'stable') return { errorCode, assignment: member.assignment };
    const answer = member.awaitSync();
    if (member.id === this.members.leader) this.#assign(request);
    return answer;
  }

  heartbeat({ memberId, groupInstanceId, generationId }: HeartbeatRequest): number {
    const errorCode = this.members.check(memberId, groupInstanceId);
    const member = this.members.get(memberId);
    if (errorCode !== ErrorCode.NONE || member === undefined) return errorCode;
    if (generationId !== this.generationId) return ErrorCode.ILLEGAL_GENERATION;
    this.#heard(member);
    return this.state === 'preparing' ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
  }

  leave({ memberId, groupInstanceId }: LeaveGroupRequest['members'][number]): number {
    if (this.#forgetExpected(memberId)) {
      this.#tryCompleteJoin();
      return ErrorCode.NONE;
    }
    const named = memberId === '' && groupInstanceId !== null ? this.members.instance(groupInstanceId)?.id : memberId;
    const errorCode = this.members.check(named ?? '', groupInstanceId);
    const member = this.members.get(named ?? '');
    if (errorCode !== ErrorCode.NONE || member === undefined) return errorCode;
    this.#remove(member);
    return ErrorCode.NONE;
  }

  /** Kafka's error for a commit of offsets; a good one outside a transaction counts as a heartbeat. */
  commitError(
    request: Pick<OffsetCommitRequest, 'generationId' | 'memberId' | 'groupInstanceId'>,
    transactional: boolean,
  ): number {
    const { generationId, memberId, groupInstanceId } = request;
    if (generationId < 0 && this.state === 'empty') return ErrorCode.NONE;
    if (generationId < 0 && memberId === '' && groupInstanceId === null) {
      return transactional ? ErrorCode.NONE : ErrorCode.UNKNOWN_MEMBER_ID;
    }
    const errorCode = this.members.check(memberId, groupInstanceId);
    if (errorCode !== ErrorCode.NONE) return errorCode;
    if (generationId !== this.generationId) return ErrorCode.ILLEGAL_GENERATION;
    if (transactional) return ErrorCode.NONE;
    if (this.state === 'completing') return ErrorCode.REBALANCE_IN_PROGRESS;
    const member = this.members.get(memberId);
    if (member !== undefined) this.#heard(member);
    return ErrorCode.NONE;
  }

  /** What DescribeGroups tells: what members said and were given only while it stands. */
  description(): Omit<DescribeGroupsResponse['groups'][number], 'errorCode' | 'groupId'> {
    const stable = this.state === 'stable';
    return {
      state: STATE_NAMES[this.state],
      protocolType: this.protocolType,
      protocolName: stable ? (this.protocolName ?? '') : '',
      members: this.members.all().map((member) => ({
        memberId: member.id,
        groupInstanceId: member.instanceId,
        clientId: '',
        clientHost: '',
        metadata: stable ? member.metadataFor(this.protocolName) : EMPTY_BYTES,
        assignment: stable ? member.assignment : EMPTY_BYTES,
      })),
    };
  }

  /** Stops every timer. */
  close(): void {
    this.#cancelRebalance?.();
    for (const cancel of this.#expected.values()) cancel();
    for (const member of this.members.all()) member.endSession();
  }

  #joinUnknown(request: JoinGroupRequest): JoinGroupResponse | Promise<JoinGroupResponse> {
    const { groupInstanceId, sessionTimeoutMs } = request;
    const memberId = `${groupInstanceId ?? 'member'}-${this.random.uuid()}`;
    if (groupInstanceId !== null) {
      const old = this.members.instance(groupInstanceId);
      return old === undefined ? this.#add(memberId, request) : this.#replace(old, memberId, request);
    }
    const expire = (): void => {
      this.#expected.delete(memberId);
      this.#tryCompleteJoin();
    };
    this.#expected.set(memberId, this.clock.schedule(sessionTimeoutMs, expire, { unref: true }));
    return joinError(memberId, 'MEMBER_ID_REQUIRED');
  }

  #joinKnown(request: JoinGroupRequest): JoinGroupResponse | Promise<JoinGroupResponse> {
    const { memberId, groupInstanceId, protocols } = request;
    if (this.#forgetExpected(memberId)) return this.#add(memberId, request);
    const errorCode = this.members.check(memberId, groupInstanceId);
    const member = this.members.get(memberId);
    if (errorCode !== ErrorCode.NONE || member === undefined) return { ...joinError(memberId), errorCode };
    const unchanged = member.matches(protocols);
    // A leader that joins a stable group asks for a rebalance; others only learn again what they missed.
    const repeats = this.state === 'completing' || (this.state === 'stable' && memberId !== this.members.leader);
    if (unchanged && repeats) return this.#joined(member);
    member.update(request);
    return this.#rebalanceFor(member);
  }

  #add(memberId: string, request: JoinGroupRequest): Promise<JoinGroupResponse> {
    if (this.state === 'empty') this.protocolType = request.protocolType;
    const member = new GroupMember(memberId, request);
    this.members.add(member);
    member.heard(this.clock, this.#expiry(member), NEW_MEMBER_JOIN_TIMEOUT_MS);
    return this.#rebalanceFor(member);
  }

  #replace(
    old: GroupMember,
    memberId: string,
    request: JoinGroupRequest,
  ): JoinGroupResponse | Promise<JoinGroupResponse> {
    const wasJoining = old.awaitingJoin;
    old.answerJoin(joinError(old.id, 'FENCED_INSTANCE_ID'));
    old.answerSync(ErrorCode.FENCED_INSTANCE_ID);
    const member = new GroupMember(memberId, request);
    member.assignment = old.assignment;
    member.established = old.established;
    this.members.replace(old, member);
    this.#heard(member);
    if (this.state === 'stable' && this.members.selectProtocol() === this.protocolName) {
      // The assignment stands. A leader must not make another one for a generation that has one.
      const leads = this.members.leader === memberId;
      return { ...this.#joined(member), skipAssignment: leads };
    }
    if (this.state === 'preparing' && wasJoining) return member.awaitJoin();
    return this.#rebalanceFor(member);
  }

  #rebalanceFor(member: GroupMember): Promise<JoinGroupResponse> {
    const answer = member.awaitJoin();
    if (this.state !== 'preparing') this.#prepareRebalance();
    this.#tryCompleteJoin();
    return answer;
  }

  #prepareRebalance(): void {
    if (this.state === 'completing') {
      for (const member of this.members.all()) {
        member.assignment = EMPTY_BYTES;
        member.answerSync(ErrorCode.REBALANCE_IN_PROGRESS);
      }
    }
    this.state = 'preparing';
    this.#limitRebalance(() => {
      this.#completeJoin();
    });
  }

  #limitRebalance(callback: () => void): void {
    this.#cancelRebalance?.();
    const timeoutMs = Math.max(0, ...this.members.all().map(({ rebalanceTimeoutMs }) => rebalanceTimeoutMs));
    this.#cancelRebalance = this.clock.schedule(timeoutMs, callback, { unref: true });
  }

  #tryCompleteJoin(): void {
    if (this.state !== 'preparing' || this.#expected.size > 0) return;
    if (this.members.all().every((member) => member.awaitingJoin)) this.#completeJoin();
  }

  /** Ends the join phase with those who joined; static members keep their place without joining. */
  #completeJoin(): void {
    for (const member of this.members.all()) {
      if (!member.awaitingJoin && member.instanceId === null) this.members.remove(member);
    }
    if (this.members.size > 0 && !this.members.electJoinedLeader()) {
      // Only static members, none of which came back: wait once more.
      this.#limitRebalance(() => {
        this.#completeJoin();
      });
      return;
    }
    this.#cancelRebalance?.();
    this.generationId++;
    if (this.members.size === 0) {
      this.state = 'empty';
      this.protocolName = null;
      return;
    }
    this.protocolName = this.members.selectProtocol();
    this.state = 'completing';
    for (const member of this.members.all()) {
      member.established = true;
      this.#heard(member);
      member.answerJoin(this.#joined(member));
    }
    this.#expectSyncs();
  }

  /** Members that joined and then do not sync within the rebalance time-out are expelled. */
  #expectSyncs(): void {
    const { generationId } = this;
    const unsynced = new Set(this.members.all());
    this.#unsynced = unsynced;
    this.#limitRebalance(() => {
      if (this.generationId !== generationId || this.state === 'preparing') return;
      for (const member of unsynced) this.#remove(member);
    });
  }

  #assign({ assignments }: SyncGroupRequest): void {
    const byMember = new Map(assignments.map(({ memberId, assignment }) => [memberId, assignment]));
    this.state = 'stable';
    for (const member of this.members.all()) {
      member.assignment = byMember.get(member.id) ?? EMPTY_BYTES;
      if (!member.awaitingSync) continue;
      this.#heard(member);
      member.answerSync(ErrorCode.NONE);
    }
  }

  #syncError(request: SyncGroupRequest): number {
    const errorCode = this.members.check(request.memberId, request.groupInstanceId);
    if (errorCode !== ErrorCode.NONE) return errorCode;
    if (request.generationId !== this.generationId) return ErrorCode.ILLEGAL_GENERATION;
    if (request.protocolType !== this.protocolType || request.protocolName !== this.protocolName) {
      return ErrorCode.INCONSISTENT_GROUP_PROTOCOL;
    }
    if (this.state === 'preparing') return ErrorCode.REBALANCE_IN_PROGRESS;
    const member = this.members.get(request.memberId);
    if (member !== undefined) this.#unsynced.delete(member);
    return ErrorCode.NONE;
  }

  #joined(member: GroupMember): JoinGroupResponse {
    const leader = this.members.leader ?? '';
    return {
      errorCode: ErrorCode.NONE,
      generationId: this.generationId,
      protocolName: this.protocolName,
      leader,
      skipAssignment: false,
      memberId: member.id,
      members: member.id === leader ? this.members.described(this.protocolName) : [],
    };
  }

  #remove(member: GroupMember): void {
    if (this.members.get(member.id) !== member) return;
    this.members.remove(member);
    this.#unsynced.delete(member);
    member.answerJoin(joinError(member.id, 'UNKNOWN_MEMBER_ID'));
    member.answerSync(ErrorCode.UNKNOWN_MEMBER_ID);
    if (this.state === 'stable' || this.state === 'completing') this.#prepareRebalance();
    this.#tryCompleteJoin();
  }

  #heard(member: GroupMember): void {
    member.heard(this.clock, this.#expiry(member));
  }

  #expiry(member: GroupMember): () => void {
    return () => {
      // Who waits for an answer is alive, except a new member that waited for too long.
      const waits = member.awaitingSync || (member.awaitingJoin && member.established);
      if (waits) this.#heard(member);
      else this.#remove(member);
    };
  }

  #forgetExpected(memberId: string): boolean {
    this.#expected.get(memberId)?.();
    return this.#expected.delete(memberId);
  }
}

function joinError(memberId: string, error: keyof typeof ErrorCode = 'NONE'): JoinGroupResponse {
  return {
    errorCode: ErrorCode[error],
    generationId: -1,
    protocolName: null,
    leader: '',
    skipAssignment: false,
    memberId,
    members: [],
  };
}
