import type { BatchHeader } from '../record-batch/batch-header.js';
import { addToSequence, type BatchFields } from './stored-batch.js';
import { ErrorCode } from './error-code.js';

/** How many batches per producer are remembered, to tell a repeated one from a wrong one (Kafka's number). */
const REMEMBERED_BATCHES = 5;

interface RememberedBatch {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly baseOffset: number;
}

interface Producer {
  epoch: number;
  batches: RememberedBatch[];
  /** Where its open transaction begins in this log; -1 without one. */
  transactionStart: number;
  lastTimestamp: number;
}

/** What a producer's batch is to the log: to be appended, a repeat of an earlier one, or refused. */
export type BatchVerdict =
  | { readonly kind: 'append' }
  | { readonly kind: 'duplicate'; readonly baseOffset: number }
  | { readonly kind: 'refused'; readonly errorCode: number };

const APPEND: BatchVerdict = { kind: 'append' };

/** What a partition knows of its idempotent and transactional producers (Kafka's producer state). */
export class ProducerStates {
  readonly #producers = new Map<bigint, Producer>();
  /** Open transactions in order of their first offsets. */
  readonly #open = new Map<bigint, number>();

  /** First offset of the oldest open transaction. */
  get firstOpenOffset(): number | undefined {
    return this.#open.values().next().value;
  }

  /** Where this producer's open transaction begins; -1 without one. */
  transactionStart(producerId: bigint): number {
    return this.#open.get(producerId) ?? -1;
  }

  ids(): bigint[] {
    return [...this.#producers.keys()];
  }

  epochOf(producerId: bigint): number {
    return this.#producers.get(producerId)?.epoch ?? -1;
  }

  /** Whether a batch is the newest that its producer wrote. */
  lastBatchIs({ producerId, baseOffset }: BatchHeader): boolean {
    return this.#producers.get(producerId)?.batches.at(-1)?.baseOffset === baseOffset;
  }

  /** @param newMustStartAtZero true where a producer never seen here has to start with sequence 0 (KIP-890) */
  check(batch: BatchFields, newMustStartAtZero: boolean): BatchVerdict {
    const producer = this.#producers.get(batch.producerId);
    if (producer === undefined) {
      return newMustStartAtZero && batch.baseSequence !== 0 ? refused('OUT_OF_ORDER_SEQUENCE_NUMBER') : APPEND;
    }
    if (batch.producerEpoch < producer.epoch) return refused('INVALID_PRODUCER_EPOCH');
    if (batch.producerEpoch === producer.epoch) {
      const repeated = producer.batches.find(
        (other) => other.firstSequence === batch.baseSequence && other.lastSequence === batch.lastSequence,
      );
      if (repeated !== undefined) return { kind: 'duplicate', baseOffset: repeated.baseOffset };
    }
    if (batch.baseSequence !== expectedSequence(producer, batch.producerEpoch)) {
      return refused('OUT_OF_ORDER_SEQUENCE_NUMBER');
    }
    if (producer.transactionStart >= 0 && !batch.transactional) return refused('INVALID_TXN_STATE');
    return APPEND;
  }

  /** Takes note of an appended batch; `batch` has its final offsets. */
  appended(batch: BatchFields): void {
    const producer = this.#of(batch.producerId, batch.producerEpoch, batch.maxTimestamp);
    producer.batches.push({
      firstSequence: batch.baseSequence,
      lastSequence: batch.lastSequence,
      baseOffset: batch.baseOffset,
    });
    if (producer.batches.length > REMEMBERED_BATCHES) producer.batches.shift();
    if (batch.transactional && producer.transactionStart < 0) {
      producer.transactionStart = batch.baseOffset;
      this.#open.set(batch.producerId, batch.baseOffset);
    }
  }

  /** Takes note of an end marker; gives where the transaction began, -1 if it wrote nothing here. */
  ended(producerId: bigint, epoch: number, timestamp: number): number {
    const producer = this.#of(producerId, epoch, timestamp);
    const start = producer.transactionStart;
    producer.transactionStart = -1;
    this.#open.delete(producerId);
    return start;
  }

  /** Forgets producers without an open transaction that were last heard of before a time. */
  expire(before: number): bigint[] {
    const expired: bigint[] = [];
    for (const [producerId, producer] of this.#producers) {
      if (producer.transactionStart < 0 && producer.lastTimestamp < before) expired.push(producerId);
    }
    for (const producerId of expired) this.#producers.delete(producerId);
    return expired;
  }

  /** One producer's state as text, for storage. */
  save(producerId: bigint): string {
    const producer = this.#producers.get(producerId);
    return JSON.stringify([
      producer?.epoch,
      producer?.transactionStart,
      producer?.lastTimestamp,
      producer?.batches.flatMap(({ firstSequence, lastSequence, baseOffset }) => [
        firstSequence,
        lastSequence,
        baseOffset,
      ]),
    ]);
  }

  /** Takes states back from {@link save}; all at once, since open transactions are ordered by their starts. */
  restore(saved: readonly (readonly [producerId: bigint, text: string])[]): void {
    for (const [producerId, text] of saved) {
      // Our own format, written by save.
      const [epoch, transactionStart, lastTimestamp, flat] = JSON.parse(text) as [number, number, number, number[]];
      const batches: RememberedBatch[] = [];
      for (let at = 0; at + 2 < flat.length; at += 3) {
        const [firstSequence = 0, lastSequence = 0, baseOffset = 0] = flat.slice(at, at + 3);
        batches.push({ firstSequence, lastSequence, baseOffset });
      }
      this.#producers.set(producerId, { epoch, transactionStart, lastTimestamp, batches });
    }
    const open = [...this.#producers].filter(([, producer]) => producer.transactionStart >= 0);
    open.sort(([, left], [, right]) => left.transactionStart - right.transactionStart);
    for (const [producerId, producer] of open) this.#open.set(producerId, producer.transactionStart);
  }

  #of(producerId: bigint, epoch: number, timestamp: number): Producer {
    let producer = this.#producers.get(producerId);
    if (producer === undefined) {
      producer = { epoch, batches: [], transactionStart: -1, lastTimestamp: timestamp };
      this.#producers.set(producerId, producer);
    }
    if (producer.epoch !== epoch) {
      producer.epoch = epoch;
      producer.batches = [];
    }
    producer.lastTimestamp = Math.max(producer.lastTimestamp, timestamp);
    return producer;
  }
}

/** A new epoch starts with sequence 0. */
function expectedSequence(producer: Producer, epoch: number): number {
  const last = epoch === producer.epoch ? producer.batches.at(-1) : undefined;
  return last === undefined ? 0 : addToSequence(last.lastSequence, 1);
}

function refused(error: keyof typeof ErrorCode): BatchVerdict {
  return { kind: 'refused', errorCode: ErrorCode[error] };
}
