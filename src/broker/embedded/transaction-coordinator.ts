import type { CancelTimer, Clock } from '../../util/time.js';
import type {
  EndTxnRequest,
  EndTxnResponse,
  InitProducerIdRequest,
  InitProducerIdResponse,
  TopicPartition,
} from '../client/protocol.js';
import { ErrorCode } from './error-code.js';
import type { BrokerStorage } from './storage/broker-storage.js';
import { Transaction, type TransactionEnd } from './transaction.js';
import type { TransactionMarkers } from './transaction-markers.js';

/** Kafka's `transaction.max.timeout.ms`. */
const MAX_TIMEOUT_MS = 900_000;
const MAX_EPOCH = 32_767;

/** Who asks: a transactional id with the producer id and epoch its holder believes in. */
export interface TransactionHolder {
  readonly transactionalId: string;
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

/**
 * Hands out producer ids and ends transactions: markers in every partition, staged offsets, and the transaction's own
 * state change together, in one write. With `transactionVersion` 2 every end gives the producer its next epoch (KIP-890).
 */
export class TransactionCoordinator {
  readonly #transactions = new Map<string, Transaction>();
  readonly #timers = new Map<string, CancelTimer>();
  #nextProducerId = 0n;

  constructor(
    private readonly markers: TransactionMarkers,
    private readonly storage: BrokerStorage,
    private readonly clock: Clock,
    readonly transactionVersion: number,
  ) {}

  initProducerId(request: InitProducerIdRequest): InitProducerIdResponse {
    const { transactionalId, transactionTimeoutMs } = request;
    if (transactionalId === null) {
      return { errorCode: ErrorCode.NONE, producerId: this.#newProducerId(), producerEpoch: 0 };
    }
    if (transactionalId === '') return noProducer(ErrorCode.INVALID_REQUEST);
    if ((request.producerId === -1n) !== (request.producerEpoch === -1)) return noProducer(ErrorCode.INVALID_REQUEST);
    if (transactionTimeoutMs <= 0 || transactionTimeoutMs > MAX_TIMEOUT_MS) {
      return noProducer(ErrorCode.INVALID_TRANSACTION_TIMEOUT);
    }
    const transaction = this.#findOrCreate(transactionalId, transactionTimeoutMs);
    const recovering = request.producerId !== -1n;
    if (recovering && !transaction.mayRecover(request.producerId, request.producerEpoch)) {
      return noProducer(ErrorCode.PRODUCER_FENCED);
    }
    if (transaction.state === 'ongoing') this.#fence(transaction);
    else if (transaction.state !== 'ending') return this.#renewed(transaction, request, recovering);
    return noProducer(ErrorCode.CONCURRENT_TRANSACTIONS);
  }

  #renewed(transaction: Transaction, request: InitProducerIdRequest, recovering: boolean): InitProducerIdResponse {
    const errorCode = this.#renew(transaction, request, recovering);
    if (errorCode !== ErrorCode.NONE) return noProducer(errorCode);
    this.#save(transaction);
    return { errorCode, producerId: transaction.producerId, producerEpoch: transaction.epoch };
  }

  /** Adds partitions to the holder's transaction, which begins if it has not. Gives Kafka's error. */
  addPartitions(holder: TransactionHolder, partitions: readonly TopicPartition[]): number {
    const transaction = this.#transactions.get(holder.transactionalId);
    if (transaction === undefined) return ErrorCode.INVALID_PRODUCER_ID_MAPPING;
    const errorCode = holderError(transaction, holder);
    if (errorCode !== ErrorCode.NONE) return errorCode;
    if (transaction.state === 'ongoing' && partitions.every((partition) => transaction.has(partition)))
      return errorCode;
    if (transaction.state === 'ending') return ErrorCode.CONCURRENT_TRANSACTIONS;
    this.#begin(transaction);
    for (const partition of partitions) transaction.add(partition);
    this.#save(transaction);
    return ErrorCode.NONE;
  }

  /** Adds a group's offsets to the holder's transaction, which begins if it has not. Gives Kafka's error. */
  addGroup(holder: TransactionHolder, groupId: string): number {
    const transaction = this.#transactions.get(holder.transactionalId);
    if (transaction === undefined) return ErrorCode.INVALID_PRODUCER_ID_MAPPING;
    const errorCode = holderError(transaction, holder);
    if (errorCode !== ErrorCode.NONE) return errorCode;
    if (transaction.state === 'ongoing' && transaction.groups.has(groupId)) return errorCode;
    if (transaction.state === 'ending') return ErrorCode.CONCURRENT_TRANSACTIONS;
    this.#begin(transaction);
    transaction.groups.add(groupId);
    this.#save(transaction);
    return ErrorCode.NONE;
  }

  /** Whether a transactional batch may be written to a partition; under version 2 this adds the partition. */
  admitPartition(holder: TransactionHolder, partition: TopicPartition): number {
    if (this.transactionVersion >= 2) return asProducerEpochError(this.addPartitions(holder, [partition]));
    return this.#verify(holder, (transaction) => transaction.has(partition));
  }

  /** Whether offsets of a group may be staged; under version 2 this adds the group. */
  admitGroup(holder: TransactionHolder, groupId: string): number {
    if (this.transactionVersion >= 2) return asProducerEpochError(this.addGroup(holder, groupId));
    return this.#verify(holder, (transaction) => transaction.groups.has(groupId));
  }

  endTxn(request: EndTxnRequest): EndTxnResponse {
    if (request.transactionalId === '') return noProducer(ErrorCode.INVALID_REQUEST);
    const transaction = this.#transactions.get(request.transactionalId);
    if (transaction === undefined) return noProducer(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
    const repeated =
      this.transactionVersion >= 2 && transaction.isRepeatedEnd(request.producerId, request.producerEpoch);
    if (!repeated) {
      const errorCode = holderError(transaction, request);
      if (errorCode !== ErrorCode.NONE) return noProducer(errorCode);
    }
    const next = nextStep(transaction, request.committed, repeated, this.transactionVersion);
    if (next === 'refuse') return noProducer(ErrorCode.INVALID_TXN_STATE);
    if (next === 'wait') return noProducer(ErrorCode.CONCURRENT_TRANSACTIONS);
    if (next === 'end') this.#end(transaction, request.committed);
    return {
      errorCode: ErrorCode.NONE,
      producerId: transaction.producerId,
      producerEpoch: transaction.epoch,
    };
  }

  /** Takes a transaction back from storage. One that is open goes on, and ends by the clock if nobody fences it. */
  restore(id: string, text: string): void {
    const transaction = Transaction.restore(id, text);
    this.#transactions.set(id, transaction);
    if (transaction.state === 'ongoing') this.#watch(transaction);
    if (transaction.state === 'ending') this.#writeMarkers(transaction);
  }

  /** Producer ids below this one were given out before. */
  skipProducerIds(next: bigint): void {
    this.#nextProducerId = next;
  }

  /** Stops every timer. */
  close(): void {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
    this.markers.close();
  }

  #findOrCreate(id: string, timeoutMs: number): Transaction {
    let transaction = this.#transactions.get(id);
    if (transaction === undefined) {
      transaction = new Transaction(id, this.#newProducerId(), timeoutMs);
      this.#transactions.set(id, transaction);
    }
    return transaction;
  }

  #renew(transaction: Transaction, request: InitProducerIdRequest, recovering: boolean): number {
    const { epoch, lastEpoch } = transaction;
    const expected = recovering ? request.producerEpoch : undefined;
    const timeoutMs = request.transactionTimeoutMs;
    if (transaction.epochExhausted && (expected === undefined || expected === epoch)) {
      transaction.renew(0, recovering ? epoch : -1, timeoutMs, this.#newProducerId());
    } else if (expected === undefined) {
      transaction.renew(epoch + 1, -1, timeoutMs);
    } else if (epoch === -1 || expected === epoch) {
      transaction.renew(epoch + 1, epoch, timeoutMs);
    } else if (expected === lastEpoch) {
      // A retry of a call whose answer was lost: the epoch was raised already.
      transaction.renew(epoch, lastEpoch, timeoutMs);
    } else {
      return ErrorCode.PRODUCER_FENCED;
    }
    return ErrorCode.NONE;
  }

  #begin(transaction: Transaction): void {
    const begins = transaction.state !== 'ongoing';
    transaction.begin(this.clock.nowMs());
    if (begins) this.#watch(transaction);
  }

  #watch(transaction: Transaction): void {
    const left = transaction.startedAt + transaction.timeoutMs - this.clock.nowMs();
    const timer = this.clock.schedule(
      Math.max(0, left),
      () => {
        this.#timers.delete(transaction.id);
        this.#fence(transaction);
        void this.storage.commit(true);
      },
      { unref: true },
    );
    this.#timers.set(transaction.id, timer);
  }

  /** Aborts the open transaction under an epoch that its holder does not have. */
  #fence(transaction: Transaction): void {
    if (this.transactionVersion < 2) {
      transaction.epoch = Math.min(transaction.epoch + 1, MAX_EPOCH);
      transaction.lastEpoch = -1;
    }
    this.#end(transaction, false);
  }

  #end(transaction: Transaction, committed: boolean): void {
    this.#timers.get(transaction.id)?.();
    this.#timers.delete(transaction.id);
    const { producerId } = transaction;
    transaction.previousProducerId = producerId;
    const rotate = this.transactionVersion >= 2 && transaction.epochExhausted;
    if (this.transactionVersion >= 2) {
      transaction.lastEpoch = transaction.epoch;
      transaction.epoch = Math.min(transaction.epoch + 1, MAX_EPOCH);
    }
    const end: TransactionEnd = { producerId, producerEpoch: transaction.epoch, committed };
    if (rotate) {
      transaction.producerId = this.#newProducerId();
      transaction.epoch = 0;
    }
    transaction.decide(end);
    this.#writeMarkers(transaction);
  }

  /** Saves the decision, the progress, and the completion. */
  #writeMarkers(transaction: Transaction): void {
    this.markers.write(transaction, () => {
      this.#save(transaction);
    });
  }

  #verify(holder: TransactionHolder, contains: (transaction: Transaction) => boolean): number {
    const transaction = this.#transactions.get(holder.transactionalId);
    if (transaction === undefined) return ErrorCode.INVALID_PRODUCER_ID_MAPPING;
    const errorCode = holderError(transaction, holder);
    if (errorCode !== ErrorCode.NONE) return asProducerEpochError(errorCode);
    return contains(transaction) ? ErrorCode.NONE : ErrorCode.TRANSACTION_ABORTABLE;
  }

  #newProducerId(): bigint {
    const producerId = this.#nextProducerId++;
    this.storage.put('next-producer-id', this.#nextProducerId.toString());
    return producerId;
  }

  #save(transaction: Transaction): void {
    this.storage.put(`x/${transaction.id}`, transaction.save());
  }
}

function nextStep(
  transaction: Transaction,
  committed: boolean,
  repeated: boolean,
  transactionVersion: number,
): 'end' | 'answer' | 'refuse' | 'wait' {
  if (transaction.state === 'ongoing') return 'end';
  const sameEnd = transaction.ends(committed);
  if (transaction.state === 'ending') return sameEnd ? 'wait' : 'refuse';
  if (transactionVersion < 2) return sameEnd ? 'answer' : 'refuse';
  if (repeated) return sameEnd ? 'answer' : 'refuse';
  // Version 2 lets a transaction be aborted that has nothing in it yet.
  return committed ? 'refuse' : 'end';
}

function holderError(transaction: Transaction, holder: TransactionHolder): number {
  if (transaction.producerId !== holder.producerId) return ErrorCode.INVALID_PRODUCER_ID_MAPPING;
  return transaction.epoch === holder.producerEpoch ? ErrorCode.NONE : ErrorCode.PRODUCER_FENCED;
}

/** On the data path Kafka names a fenced producer by its epoch. */
function asProducerEpochError(errorCode: number): number {
  return errorCode === ErrorCode.PRODUCER_FENCED ? ErrorCode.INVALID_PRODUCER_EPOCH : errorCode;
}

function noProducer(errorCode: number): InitProducerIdResponse {
  return { errorCode, producerId: -1n, producerEpoch: -1 };
}
