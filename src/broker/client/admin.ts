import type {
  Admin,
  CommittedOffset,
  GroupDescription,
  GroupMemberDescription,
  NewTopic,
  OffsetMap,
  TopicDescription,
} from './client.js';
import type { ClientContext } from './client-context.js';
import type { ClusterView, TopicMetadata } from './cluster-view.js';
import { ErrorCode, responseError } from './error-codes.js';
import { BrokerUnavailableError } from './errors.js';
import { describeGroup, removeGroupMembers } from './group-members.js';
import * as offsets from './group-offsets.js';
import { listOffsets } from './list-offsets.js';
import { askLeaders } from './leader-requests.js';
import type { Isolation, OffsetToCommit, TopicPartition } from './protocol.js';
import { isRetriable, retry } from './retry.js';

const TOPIC_TIMEOUT_MS = 30_000;

/** Fills {@link Admin}. Every method retries what another attempt may mend, for up to a minute. */
export class ClusterAdmin implements Admin {
  constructor(
    private readonly context: ClientContext,
    private readonly view: ClusterView,
  ) {}

  async describeTopics(names?: readonly string[]): Promise<Map<string, TopicDescription>> {
    if (names?.length === 0) return new Map();
    const topics = await this.view.metadata(names ?? null);
    const found = new Map<string, TopicDescription>();
    for (const topic of topics) {
      if (topic.errorCode === 0) found.set(topic.name, describe(topic));
      else if (!isMissing(topic.errorCode))
        throw responseError(topic.errorCode, `Describing topic "${topic.name}"`, {
          access: { api: 'Metadata', topic: topic.name },
        });
    }
    return found;
  }

  async describeTopicConfigs(names: readonly string[]): Promise<Map<string, Readonly<Record<string, string | null>>>> {
    const answer = await retry(this.context, () =>
      this.view.request('any', 'admin', 'DescribeConfigs', { topics: names }),
    );
    const found = new Map<string, Readonly<Record<string, string | null>>>();
    for (const { name, errorCode, configs } of answer.topics) {
      if (errorCode === 0) found.set(name, configs);
      else if (!isMissing(errorCode))
        throw responseError(errorCode, `Describing the configs of topic "${name}"`, {
          access: { api: 'DescribeConfigs', topic: name },
        });
    }
    return found;
  }

  async createTopics(topics: readonly NewTopic[]): Promise<void> {
    if (topics.length === 0) return;
    const asked = topics.map(({ name, partitions, replicationFactor = -1, configs = {} }) => ({
      ...{ name, partitions, replicationFactor, configs },
    }));
    await this.changeTopics(async (node) => {
      const message = { topics: asked, timeoutMs: TOPIC_TIMEOUT_MS, validateOnly: false };
      const answer = await this.view.request(node, 'admin', 'CreateTopics', message, { timeoutMs: TOPIC_TIMEOUT_MS });
      for (const { name, errorCode, errorMessage } of answer.topics) {
        if (errorCode === 0 || errorCode === ErrorCode.TOPIC_ALREADY_EXISTS) continue;
        throw responseError(errorCode, `Creating topic "${name}"`, {
          detail: errorMessage,
          context: { topic: name },
          access: { api: 'CreateTopics', topic: name },
        });
      }
    });
    await this.untilLed(new Map(topics.map(({ name }) => [name, 1])));
  }

  async createPartitions(topic: string, count: number): Promise<void> {
    await this.changeTopics(async (node) => {
      const message = { topics: [{ name: topic, count }], timeoutMs: TOPIC_TIMEOUT_MS };
      const answer = await this.view.request(node, 'admin', 'CreatePartitions', message, {
        timeoutMs: TOPIC_TIMEOUT_MS,
      });
      for (const { errorCode, errorMessage } of answer.topics) {
        if (errorCode === 0) continue;
        const what = `Raising topic "${topic}" to ${count} partitions`;
        throw responseError(errorCode, what, {
          detail: errorMessage,
          context: { topic },
          access: { api: 'CreatePartitions', topic },
        });
      }
    });
    await this.untilLed(new Map([[topic, count]]));
  }

  async deleteTopics(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    await this.changeTopics(async (node) => {
      const message = { topics: names, timeoutMs: TOPIC_TIMEOUT_MS };
      const answer = await this.view.request(node, 'admin', 'DeleteTopics', message, { timeoutMs: TOPIC_TIMEOUT_MS });
      for (const { name, errorCode, errorMessage } of answer.topics) {
        if (errorCode === 0 || isMissing(errorCode)) continue;
        throw responseError(errorCode, `Deleting topic "${name}"`, {
          detail: errorMessage,
          context: { topic: name },
          access: { api: 'DeleteTopics', topic: name },
        });
      }
    });
    await retry(this.context, async () => {
      const left = await this.describeTopics(names);
      if (left.size > 0) throw stillWaiting(`Topic "${[...left.keys()].join('", "')}" is still being deleted`);
    });
    for (const name of names) this.view.forgetTopic(name);
  }

  listOffsets(
    partitions: readonly TopicPartition[],
    at: number | 'earliest' | 'latest',
    isolation: Isolation = 'read_uncommitted',
  ): Promise<OffsetMap> {
    return listOffsets(this.context, this.view, partitions, at, isolation);
  }

  committedOffsets(
    groupId: string,
    partitions: readonly TopicPartition[] | 'all',
    options: { readonly requireStable?: boolean; readonly timeoutMs?: number } = {},
  ): Promise<Map<string, CommittedOffset>> {
    return offsets.committedOffsets(this.view, groupId, partitions, options);
  }

  commitOffsets(groupId: string, toCommit: readonly OffsetToCommit[]): Promise<void> {
    return offsets.commitOffsets(this.view, offsets.outsideOfGroup(groupId), toCommit);
  }

  async deleteRecords(below: readonly (TopicPartition & { readonly offset: number })[]): Promise<void> {
    await askLeaders(this.context, this.view, 'Deleting records', 'DeleteRecords', below, async (node, partitions) => {
      const message = { partitions, timeoutMs: TOPIC_TIMEOUT_MS };
      const options = { timeoutMs: TOPIC_TIMEOUT_MS };
      return (await this.view.request(node, 'admin', 'DeleteRecords', message, options)).partitions;
    });
  }

  async deleteGroups(groupIds: readonly string[]): Promise<void> {
    await Promise.all(groupIds.map((groupId) => offsets.deleteGroup(this.view, groupId)));
  }

  describeGroup(groupId: string): Promise<GroupDescription | undefined> {
    return describeGroup(this.view, groupId);
  }

  removeGroupMembers(
    groupId: string,
    members: readonly Pick<GroupMemberDescription, 'memberId' | 'groupInstanceId'>[],
    reason: string,
  ): Promise<void> {
    return removeGroupMembers(this.view, groupId, members, reason);
  }

  /** Sends a change to the controller, which may move. */
  private async changeTopics(change: (node: number | 'any') => Promise<void>): Promise<void> {
    await retry(this.context, async () => {
      try {
        await change(await this.view.controller());
      } catch (error) {
        if (isRetriable(error)) await this.view.refresh([]);
        throw error;
      }
    });
  }

  /** Waits until the topics have so many partitions, all with a leader. */
  private async untilLed(counts: ReadonlyMap<string, number>): Promise<void> {
    await retry(this.context, async () => {
      const topics = await this.view.metadata([...counts.keys()]);
      for (const { name, errorCode, partitions } of topics) {
        const led = partitions.filter(({ leader }) => leader >= 0).length;
        if (errorCode !== 0 || led < partitions.length || led < (counts.get(name) ?? 0))
          throw stillWaiting(`Topic "${name}" has ${led} partitions with a leader`);
      }
    });
  }
}

function describe(topic: TopicMetadata): TopicDescription {
  const partitions = [...topic.partitions].sort((a, b) => a.partition - b.partition);
  return {
    name: topic.name,
    topicId: topic.topicId,
    partitions: partitions.length,
    leaderEpochs: partitions.map(({ leaderEpoch }) => leaderEpoch),
  };
}

function isMissing(errorCode: number): boolean {
  return errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION || errorCode === ErrorCode.UNKNOWN_TOPIC_ID;
}

function stillWaiting(message: string): BrokerUnavailableError {
  return new BrokerUnavailableError(message, { hint: 'Check that enough brokers are up.' });
}
