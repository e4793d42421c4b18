import assert from 'node:assert/strict';
import type {
  BrokerClient,
  GroupMetadata,
  Member,
  MemberAssignment,
  MemberOptions,
  MemberSubscription,
} from '../../../broker/client/client.js';
import { partitionKey } from '../../../broker/client/client.js';
import type { TopicPartition } from '../../../broker/client/protocol.js';
import type { BrokerScenario } from './broker-scenario.js';

/** A member that writes down what it is told. Its assignor keeps owners where it can and gives each the same number. */
export class GroupObserver {
  readonly member: Member;
  /** What it was told, in order, e.g. `assigned 0,1`. */
  readonly told: string[] = [];
  owned = new Set<string>();
  fatal: Error | undefined;
  /** User data of the members, as the leader saw it last. */
  seen: string[] = [];
  assignmentUserData = '';
  /** Awaited while partitions are being given up. */
  whileRevoking: () => Promise<void> = () => Promise.resolve();
  rebalancingBeforeJoin: boolean[] = [];
  /** Awaited before it joins. */
  beforeJoin: () => Promise<void> = () => Promise.resolve();

  constructor(
    private readonly s: BrokerScenario,
    client: BrokerClient,
    readonly topic: string,
    options: Partial<MemberOptions> & { readonly userData?: string; readonly holders?: Map<string, string> } = {},
  ) {
    const { userData = '', holders = new Map<string, string>(), ...rest } = options;
    const name = userData === '' ? `observer-${Math.floor(s.clock.monotonicMs() * 1000)}` : userData;
    this.member = client.member({
      groupId: s.noMembers().groupId,
      sessionTimeoutMs: s.harness.sessionTimeoutMs ?? 6_000,
      rebalanceTimeoutMs: 20_000,
      heartbeatIntervalMs: 100,
      assignor: {
        name: 'stream',
        subscription: () => ({ topics: [topic], userData: Buffer.from(userData) }),
        assign: async (members) => {
          this.seen = members.map((one) => one.userData.toString()).sort();
          return balance(members, await this.partitions(client));
        },
      },
      listener: {
        beforeJoin: () => {
          this.rebalancingBeforeJoin.push(this.member.rebalancing);
          return this.beforeJoin();
        },
        onRevoked: async (partitions) => {
          await this.whileRevoking();
          for (const key of partitions.map(partitionKey)) {
            this.owned.delete(key);
            holders.delete(key);
          }
          this.told.push(`revoked ${listed(partitions)}`);
        },
        onAssigned: (added, assignment) => {
          for (const key of added.map(partitionKey)) {
            assert.equal(holders.get(key), undefined, `${key} is with one member only`);
            holders.set(key, name);
            this.owned.add(key);
          }
          this.assignmentUserData = assignment.userData.toString();
          this.told.push(`assigned ${listed(added)}`);
          return Promise.resolve();
        },
        onLost: (partitions) => {
          for (const key of partitions.map(partitionKey)) {
            this.owned.delete(key);
            if (holders.get(key) === name) holders.delete(key);
          }
          this.told.push(`lost ${listed(partitions)}`);
          return Promise.resolve();
        },
        onFatal: (error) => {
          this.fatal = error;
        },
      },
      ...rest,
    });
  }

  private async partitions(client: BrokerClient): Promise<TopicPartition[]> {
    const count = (await client.admin.describeTopics([this.topic])).get(this.topic)?.partitions ?? 0;
    return Array.from({ length: count }, (_, partition) => ({ topic: this.topic, partition }));
  }

  /** Starts, and waits for the first assignment. */
  async joined(): Promise<void> {
    this.member.start();
    await this.s.eventually('the member has joined', () => {
      assert.ifError(this.fatal);
      return this.told.length > 0;
    });
  }

  metadata(): GroupMetadata {
    const { metadata } = this.member;
    assert.ok(metadata, 'the member is in the group');
    return metadata;
  }

  async owns(count: number): Promise<void> {
    await this.s.eventually(`the member owns ${count} partitions`, () => this.owned.size === count);
  }
}

function listed(partitions: readonly TopicPartition[]): string {
  return partitions
    .map(({ partition }) => partition)
    .sort((a, b) => a - b)
    .join(',');
}

/** As sticky as an equal share allows. */
function balance(
  members: readonly MemberSubscription[],
  partitions: readonly TopicPartition[],
): Map<string, MemberAssignment> {
  const sorted = [...members].sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
  const share = Math.ceil(partitions.length / sorted.length);
  const left = new Map(partitions.map((partition) => [partitionKey(partition), partition]));
  const given = sorted.map((member) => {
    const kept = member.ownedPartitions.filter((partition) => left.has(partitionKey(partition))).slice(0, share);
    for (const partition of kept) left.delete(partitionKey(partition));
    return { member, kept };
  });
  const rest = [...left.values()];
  return new Map(
    given.map(({ member, kept }) => [
      member.memberId,
      {
        partitions: [...kept, ...rest.splice(0, share - kept.length)],
        userData: Buffer.from(`for ${member.userData.toString()}`),
      },
    ]),
  );
}
