import type { JoinGroupRequest, JoinGroupResponse } from '../../client/protocol.js';
import { ErrorCode } from '../error-code.js';
import type { GroupMember } from './group-member.js';

/** The members of one group in the order they joined, its leader, and what they all can speak. */
export class GroupMembers {
  readonly #members = new Map<string, GroupMember>();
  /** Member id by instance id. */
  readonly #instances = new Map<string, string>();
  #leader: string | undefined;

  get size(): number {
    return this.#members.size;
  }

  get leader(): string | undefined {
    return this.#leader;
  }

  get(memberId: string): GroupMember | undefined {
    return this.#members.get(memberId);
  }

  instance(instanceId: string): GroupMember | undefined {
    const memberId = this.#instances.get(instanceId);
    return memberId === undefined ? undefined : this.#members.get(memberId);
  }

  all(): GroupMember[] {
    return [...this.#members.values()];
  }

  add(member: GroupMember): void {
    this.#members.set(member.id, member);
    if (member.instanceId !== null) this.#instances.set(member.instanceId, member.id);
    this.#leader ??= member.id;
  }

  remove(member: GroupMember): void {
    member.endSession();
    this.#members.delete(member.id);
    if (member.instanceId !== null && this.#instances.get(member.instanceId) === member.id) {
      this.#instances.delete(member.instanceId);
    }
    if (this.#leader === member.id) this.#leader = this.#firstJoined() ?? this.#members.keys().next().value;
  }

  /** A static member comes back under a new member id: it takes the place, and the lead, of the old one. */
  replace(old: GroupMember, next: GroupMember): void {
    const led = this.#leader === old.id;
    const others = [...this.#members.values()].map((member) => (member === old ? next : member));
    old.endSession();
    this.#members.clear();
    for (const member of others) this.#members.set(member.id, member);
    if (next.instanceId !== null) this.#instances.set(next.instanceId, next.id);
    if (led) this.#leader = next.id;
  }

  /** Makes sure that a member that has joined leads; false when none has. */
  electJoinedLeader(): boolean {
    const leader = this.#leader === undefined ? undefined : this.#members.get(this.#leader);
    if (leader?.awaitingJoin === true) return true;
    const next = this.#firstJoined();
    if (next !== undefined) this.#leader = next;
    return next !== undefined;
  }

  /** Kafka's error for a member id and instance id that are to be members; 0 if they are. */
  check(memberId: string, instanceId: string | null): number {
    if (instanceId !== null) {
      const known = this.#instances.get(instanceId);
      if (known === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
      if (known !== memberId) return ErrorCode.FENCED_INSTANCE_ID;
    }
    return this.#members.has(memberId) ? ErrorCode.NONE : ErrorCode.UNKNOWN_MEMBER_ID;
  }

  /** Whether everyone speaks at least one of the protocols. */
  canSpeak(protocols: JoinGroupRequest['protocols']): boolean {
    const shared = this.#sharedProtocols();
    return this.size === 0 || protocols.some(({ name }) => shared.has(name));
  }

  /** Each member votes for the first of its protocols that all speak; most votes win. */
  selectProtocol(): string {
    const shared = this.#sharedProtocols();
    const votes = new Map<string, number>();
    for (const { protocols } of this.#members.values()) {
      const vote = protocols.find(({ name }) => shared.has(name))?.name;
      if (vote !== undefined) votes.set(vote, (votes.get(vote) ?? 0) + 1);
    }
    let selected = '';
    for (const [name, count] of votes) if (count > (votes.get(selected) ?? 0)) selected = name;
    return selected;
  }

  /** What the leader is told. */
  described(protocolName: string | null): JoinGroupResponse['members'] {
    return this.all().map((member) => ({
      memberId: member.id,
      groupInstanceId: member.instanceId,
      metadata: member.metadataFor(protocolName),
    }));
  }

  #firstJoined(): string | undefined {
    for (const member of this.#members.values()) if (member.awaitingJoin) return member.id;
    return undefined;
  }

  #sharedProtocols(): Set<string> {
    const [first, ...others] = this.#members.values();
    const shared = new Set(first?.protocols.map(({ name }) => name));
    for (const { protocols } of others) {
      const spoken = new Set(protocols.map(({ name }) => name));
      for (const name of shared) if (!spoken.has(name)) shared.delete(name);
    }
    return shared;
  }
}
