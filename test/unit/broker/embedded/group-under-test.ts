import type { JoinGroupResponse, ResponseOf } from '../../../../src/broker/client/protocol.js';
import type { Transport } from '../../../../src/broker/client/transport.js';
import type { BrokerUnderTest } from './broker-under-test.js';

export const REBALANCE_IN_PROGRESS = 27;
const MEMBER_ID_REQUIRED = 79;

/** One member's requests, on connections of its own. */
export class MemberUnderTest {
  memberId = '';
  generationId = -1;
  #transport: Transport;

  constructor(
    broker: BrokerUnderTest,
    readonly groupInstanceId: string | null = null,
    readonly groupId = 'g',
  ) {
    this.#transport = broker.broker.transport();
  }

  /** Joins, under the id the broker hands out if it has none. */
  async join(metadata = 'topics', protocol = 'range'): Promise<JoinGroupResponse> {
    const answer = await this.#transport.request('any', 'membership', 'JoinGroup', {
      groupId: this.groupId,
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 60_000,
      memberId: this.memberId,
      groupInstanceId: this.groupInstanceId,
      protocolType: 'consumer',
      protocols: [{ name: protocol, metadata: Buffer.from(metadata) }],
      reason: '',
    });
    if (answer.errorCode === 0 || answer.errorCode === MEMBER_ID_REQUIRED) this.memberId = answer.memberId;
    if (answer.errorCode === MEMBER_ID_REQUIRED) return this.join(metadata, protocol);
    if (answer.errorCode === 0) this.generationId = answer.generationId;
    return answer;
  }

  /** As the leader with assignments by member id; gives its own assignment as text, or the error. */
  async sync(assignments: Record<string, string> = {}): Promise<string | number> {
    const { errorCode, assignment } = await this.#transport.request('any', 'membership', 'SyncGroup', {
      ...this.proof(),
      protocolType: 'consumer',
      protocolName: 'range',
      assignments: Object.entries(assignments).map(([memberId, text]) => ({ memberId, assignment: Buffer.from(text) })),
    });
    return errorCode === 0 ? assignment.toString() : errorCode;
  }

  async heartbeat(): Promise<number> {
    return (await this.#transport.request('any', 'heartbeat', 'Heartbeat', this.proof())).errorCode;
  }

  async leave(): Promise<number> {
    const { groupId, memberId, groupInstanceId } = this;
    const members = [{ memberId, groupInstanceId, reason: '' }];
    const answer = await this.#transport.request('any', 'membership', 'LeaveGroup', { groupId, members });
    return answer.members[0]!.errorCode;
  }

  async commit(topic: string, offset: number): Promise<number> {
    const offsets = [{ topic, partition: 0, offset, leaderEpoch: -1, metadata: '' }];
    const answer: ResponseOf<'OffsetCommit'> = await this.#transport.request('any', 'heartbeat', 'OffsetCommit', {
      ...this.proof(),
      offsets,
    });
    return answer.partitions[0]!.errorCode;
  }

  proof() {
    const { groupId, generationId, memberId, groupInstanceId } = this;
    return { groupId, generationId, memberId, groupInstanceId };
  }
}
