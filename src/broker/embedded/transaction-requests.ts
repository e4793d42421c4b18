import type {
  AddOffsetsToTxnRequest,
  AddOffsetsToTxnResponse,
  AddPartitionsToTxnRequest,
  AddPartitionsToTxnResponse,
  EndTxnRequest,
  EndTxnResponse,
  InitProducerIdRequest,
  InitProducerIdResponse,
} from '../client/protocol.js';
import { ErrorCode } from './error-code.js';
import type { BrokerStorage } from './storage/broker-storage.js';
import type { TopicRegistry } from './topic-registry.js';
import type { TransactionCoordinator } from './transaction-coordinator.js';

/** Answers the requests to the transaction coordinator, each after its change is written. */
export class TransactionRequests {
  constructor(
    private readonly topics: TopicRegistry,
    private readonly coordinator: TransactionCoordinator,
    private readonly storage: BrokerStorage,
  ) {}

  async initProducerId(request: InitProducerIdRequest): Promise<InitProducerIdResponse> {
    const response = this.coordinator.initProducerId(request);
    await this.storage.commit(true);
    return response;
  }

  async addPartitions(request: AddPartitionsToTxnRequest): Promise<AddPartitionsToTxnResponse> {
    const missing = request.partitions.map(({ topic, partition }) => this.topics.log(topic, partition) === undefined);
    const errorCode = missing.includes(true)
      ? ErrorCode.OPERATION_NOT_ATTEMPTED
      : this.coordinator.addPartitions(request, request.partitions);
    await this.storage.commit();
    const partitions = request.partitions.map(({ topic, partition }, index) => ({
      topic,
      partition,
      errorCode: missing[index] === true ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : errorCode,
    }));
    return { partitions };
  }

  async addOffsets(request: AddOffsetsToTxnRequest): Promise<AddOffsetsToTxnResponse> {
    const errorCode = this.coordinator.addGroup(request, request.groupId);
    await this.storage.commit();
    return { errorCode };
  }

  async endTxn(request: EndTxnRequest): Promise<EndTxnResponse> {
    const response = this.coordinator.endTxn(request);
    await this.storage.commit(true);
    return response;
  }
}
