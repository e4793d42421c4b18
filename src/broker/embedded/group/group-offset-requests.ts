import type {
  OffsetCommitRequest,
  OffsetCommitResponse,
  OffsetFetchRequest,
  OffsetFetchResponse,
  OffsetToCommit,
  TxnOffsetCommitRequest,
  TxnOffsetCommitResponse,
} from '../../client/protocol.js';
import { ErrorCode } from '../error-code.js';
import type { OffsetStore } from '../offset-store.js';
import type { BrokerStorage } from '../storage/broker-storage.js';
import type { TopicRegistry } from '../topic-registry.js';
import type { TransactionCoordinator } from '../transaction-coordinator.js';
import type { GroupCoordinator } from './group-coordinator.js';

/** Kafka's `offset.metadata.max.bytes`. */
const MAX_METADATA_LENGTH = 4_096;

/** Answers the requests about a group's offsets. */
export class GroupOffsetRequests {
  constructor(
    private readonly topics: TopicRegistry,
    private readonly groups: GroupCoordinator,
    private readonly offsets: OffsetStore,
    private readonly transactions: TransactionCoordinator,
    private readonly storage: BrokerStorage,
  ) {}

  async commit(request: OffsetCommitRequest): Promise<OffsetCommitResponse> {
    const { groupId, offsets } = request;
    const errorCode = this.groups.commitError(request, false);
    const partitions = this.#outcomes(offsets, errorCode);
    this.offsets.commit(groupId, accepted(offsets, partitions));
    await this.storage.commit(true);
    return { partitions };
  }

  async stage(request: TxnOffsetCommitRequest): Promise<TxnOffsetCommitResponse> {
    const { groupId, producerId, offsets } = request;
    let errorCode = this.transactions.admitGroup(request, groupId);
    if (errorCode === ErrorCode.NONE) errorCode = this.groups.commitError(request, true);
    const partitions = this.#outcomes(offsets, errorCode);
    this.offsets.stage(groupId, producerId, accepted(offsets, partitions));
    await this.storage.commit();
    return { partitions };
  }

  /** Offsets as they are written: what a kill takes back nobody starts from. */
  async fetch({ groupId, partitions, requireStable }: OffsetFetchRequest): Promise<OffsetFetchResponse> {
    const asked = partitions ?? this.offsets.partitions(groupId);
    const found = asked.map(({ topic, partition }) => {
      const unstable = requireStable && this.offsets.unstable(groupId, { topic, partition });
      const committed = unstable ? undefined : this.offsets.get(groupId, { topic, partition });
      return {
        topic,
        partition,
        errorCode: unstable ? ErrorCode.UNSTABLE_OFFSET_COMMIT : ErrorCode.NONE,
        offset: committed?.offset ?? -1,
        leaderEpoch: committed?.leaderEpoch ?? -1,
        metadata: committed?.metadata ?? '',
      };
    });
    await this.storage.commit();
    return { errorCode: ErrorCode.NONE, partitions: found };
  }

  #outcomes(offsets: readonly OffsetToCommit[], errorCode: number): OffsetCommitResponse['partitions'] {
    return offsets.map((offset) => ({
      topic: offset.topic,
      partition: offset.partition,
      errorCode: errorCode === ErrorCode.NONE ? this.#offsetError(offset) : errorCode,
    }));
  }

  #offsetError({ topic, partition, metadata }: OffsetToCommit): number {
    if (this.topics.log(topic, partition) === undefined) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    return metadata.length > MAX_METADATA_LENGTH ? ErrorCode.OFFSET_METADATA_TOO_LARGE : ErrorCode.NONE;
  }
}

function accepted(
  offsets: readonly OffsetToCommit[],
  outcomes: OffsetCommitResponse['partitions'],
): readonly OffsetToCommit[] {
  return offsets.filter((_, at) => outcomes[at]?.errorCode === ErrorCode.NONE);
}
