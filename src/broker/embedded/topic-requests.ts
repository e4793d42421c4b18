import type {
  CreatePartitionsRequest,
  CreatePartitionsResponse,
  CreateTopicsRequest,
  CreateTopicsResponse,
  DeleteRecordsRequest,
  DeleteRecordsResponse,
  DeleteTopicsRequest,
  DeleteTopicsResponse,
  DescribeConfigsRequest,
  DescribeConfigsResponse,
} from '../client/admin-protocol.js';
import type { FindCoordinatorResponse, MetadataRequest, MetadataResponse } from '../client/protocol.js';
import { ErrorCode } from './error-code.js';
import type { OffsetStore } from './offset-store.js';
import type { BrokerStorage } from './storage/broker-storage.js';
import type { Topic, TopicProblem, TopicRegistry } from './topic-registry.js';

/** The id of the one broker. */
export const NODE_ID = 1;
const NO_TOPIC_ID = '0'.repeat(32);
const CLUSTER_ID = 'millrace-embedded';

/** Answers the requests that look at topics and change them. */
export class TopicRequests {
  constructor(
    private readonly topics: TopicRegistry,
    private readonly offsets: OffsetStore,
    private readonly storage: BrokerStorage,
  ) {}

  metadata({ topics }: MetadataRequest): MetadataResponse {
    const described =
      topics === null
        ? this.topics.all().map(describe)
        : topics.map((name) => {
            const topic = this.topics.get(name);
            return topic === undefined ? missing(name) : describe(topic);
          });
    const brokers = [{ nodeId: NODE_ID, host: 'embedded', port: 0 }];
    return { brokers, clusterId: CLUSTER_ID, controllerId: NODE_ID, topics: described };
  }

  findCoordinator(): FindCoordinatorResponse {
    return { errorCode: ErrorCode.NONE, errorMessage: null, nodeId: NODE_ID };
  }

  async createTopics({ topics, validateOnly }: CreateTopicsRequest): Promise<CreateTopicsResponse> {
    const results = topics.map(({ name, partitions, replicationFactor, configs }) => {
      const problem = this.topics.creationProblem(name, partitions, replicationFactor, configs);
      if (problem === undefined && !validateOnly) this.topics.create(name, partitions, configs);
      return outcome(name, problem);
    });
    await this.storage.commit(true);
    return { topics: results };
  }

  async deleteTopics({ topics }: DeleteTopicsRequest): Promise<DeleteTopicsResponse> {
    const results = topics.map((name) => {
      const problem = this.topics.delete(name);
      if (problem === undefined) this.offsets.deleteTopic(name);
      return outcome(name, problem);
    });
    await this.storage.commit(true);
    return { topics: results };
  }

  async createPartitions({ topics }: CreatePartitionsRequest): Promise<CreatePartitionsResponse> {
    const results = topics.map(({ name, count }) => outcome(name, this.topics.addPartitions(name, count)));
    await this.storage.commit(true);
    return { topics: results };
  }

  async deleteRecords({ partitions }: DeleteRecordsRequest): Promise<DeleteRecordsResponse> {
    const results = partitions.map(({ topic, partition, offset }) => {
      const errorCode = this.#deleteBefore(topic, partition, offset);
      const lowWatermark = errorCode === ErrorCode.NONE ? (this.topics.log(topic, partition)?.startOffset ?? -1) : -1;
      return { topic, partition, errorCode, lowWatermark };
    });
    await this.storage.commit(true);
    return { partitions: results };
  }

  describeConfigs({ topics }: DescribeConfigsRequest): DescribeConfigsResponse {
    return {
      topics: topics.map((name) => {
        const topic = this.topics.get(name);
        return topic === undefined
          ? { name, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, configs: {} }
          : { name, errorCode: ErrorCode.NONE, configs: topic.config.all() };
      }),
    };
  }

  #deleteBefore(name: string, partition: number, offset: number): number {
    const topic = this.topics.get(name);
    const log = topic?.partitions[partition];
    if (topic === undefined || log === undefined) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    if (!topic.config.deleted) return ErrorCode.POLICY_VIOLATION;
    const before = offset === -1 ? log.highWatermark : offset;
    if (before < 0 || before > log.highWatermark) return ErrorCode.OFFSET_OUT_OF_RANGE;
    log.truncateBefore(before);
    return ErrorCode.NONE;
  }
}

function describe({ name, id, partitions }: Topic): MetadataResponse['topics'][number] {
  return {
    errorCode: ErrorCode.NONE,
    name,
    topicId: id,
    internal: false,
    partitions: partitions.map((log, partition) => ({
      errorCode: ErrorCode.NONE,
      partition,
      leader: NODE_ID,
      leaderEpoch: log.leaderEpoch,
      replicas: [NODE_ID],
      isr: [NODE_ID],
    })),
  };
}

function missing(name: string): MetadataResponse['topics'][number] {
  return {
    errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    name,
    topicId: NO_TOPIC_ID,
    internal: false,
    partitions: [],
  };
}

function outcome(
  name: string,
  problem: TopicProblem | undefined,
): { name: string; errorCode: number; errorMessage: string | null } {
  return { name, errorCode: problem?.errorCode ?? ErrorCode.NONE, errorMessage: problem?.errorMessage ?? null };
}
