import type { Clock } from '../../util/time.js';
import type { ProduceRequest, ProduceResponse } from '../client/protocol.js';
import { readBatchFields, validBatch, type BatchFields } from './stored-batch.js';
import { ErrorCode } from './error-code.js';
import type { AppendResult, PartitionLog } from './partition-log.js';
import type { BrokerStorage } from './storage/broker-storage.js';
import type { TopicRegistry } from './topic-registry.js';
import type { TransactionCoordinator } from './transaction-coordinator.js';

/** Answers Produce: checks each batch, lets the transaction coordinator know, appends. */
export class ProduceRequests {
  constructor(
    private readonly topics: TopicRegistry,
    private readonly transactions: TransactionCoordinator,
    private readonly storage: BrokerStorage,
    private readonly clock: Clock,
  ) {}

  async produce(request: ProduceRequest): Promise<ProduceResponse> {
    const partitions = request.partitions.map(({ topic, partition, records }) => {
      const { errorCode, baseOffset } = this.#append(request.transactionalId, topic, partition, records);
      const logStartOffset = this.topics.log(topic, partition)?.startOffset ?? -1;
      return { topic, partition, errorCode, errorMessage: null, baseOffset, logStartOffset };
    });
    await this.storage.commit();
    return { partitions };
  }

  #append(transactionalId: string | null, name: string, partition: number, records: Buffer): AppendResult {
    const topic = this.topics.get(name);
    const log = topic?.partitions[partition];
    if (topic === undefined || log === undefined) return refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    if (!validBatch(records)) return refused(ErrorCode.CORRUPT_MESSAGE);
    const batch = readBatchFields(records);
    if (!wellFormed(batch)) return refused(ErrorCode.INVALID_RECORD);
    const firstOfTransaction = batch.transactional && !inOpenTransaction(log, batch);
    if (firstOfTransaction) {
      const errorCode = this.#admit(transactionalId, name, partition, batch);
      if (errorCode !== ErrorCode.NONE) return refused(errorCode);
    }
    const mustStartAtZero = firstOfTransaction && this.transactions.transactionVersion >= 2;
    return log.append(records, topic.config, this.clock.nowMs(), mustStartAtZero);
  }

  #admit(transactionalId: string | null, topic: string, partition: number, batch: BatchFields): number {
    if (transactionalId === null) return ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
    const { producerId, producerEpoch } = batch;
    return this.transactions.admitPartition({ transactionalId, producerId, producerEpoch }, { topic, partition });
  }
}

function inOpenTransaction(log: PartitionLog, batch: BatchFields): boolean {
  const { producers } = log;
  return (
    producers.transactionStart(batch.producerId) >= 0 && producers.epochOf(batch.producerId) === batch.producerEpoch
  );
}

/** Clients send no control batches and no empty ones; a producer id comes with epoch and sequence. */
function wellFormed(batch: BatchFields): boolean {
  if (batch.control || batch.recordCount <= 0) return false;
  if (batch.lastOffset - batch.baseOffset + 1 !== batch.recordCount) return false;
  if (batch.producerId < 0n) return !batch.transactional;
  return batch.producerEpoch >= 0 && batch.baseSequence >= 0;
}

function refused(errorCode: number): AppendResult {
  return { errorCode, baseOffset: -1 };
}
