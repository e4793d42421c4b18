import type { TopicPartition } from '../client/protocol.js';

/**
 * empty → ongoing → ending → committed | aborted → ongoing …; InitProducerId leads back to empty. `ending` is Kafka's
 * "prepare" states: how it ends is decided, and markers are still to be written.
 */
export type TransactionState = 'empty' | 'ongoing' | 'ending' | 'committed' | 'aborted';

/** How a transaction ends: what its markers say. */
export interface TransactionEnd {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly committed: boolean;
}

/** The highest epoch a client ever gets; the one above is kept for fencing. */
const LAST_CLIENT_EPOCH = 32_766;

/** What the coordinator knows of one transactional id. */
export class Transaction {
  producerId: bigint;
  /** The producer id before the last change of state. */
  previousProducerId = -1n;
  /** -1 until the first InitProducerId is answered. */
  epoch = -1;
  /** The epoch before the last change that its own holder asked for; -1 after somebody else's. */
  lastEpoch = -1;
  timeoutMs: number;
  state: TransactionState = 'empty';
  startedAt = -1;
  /** While `ending`; partitions and groups are then those whose marker is still to be written. */
  end: TransactionEnd | undefined;
  readonly partitions = new Map<string, TopicPartition>();
  /** Groups with offsets in the transaction. */
  readonly groups = new Set<string>();

  constructor(
    readonly id: string,
    producerId: bigint,
    timeoutMs: number,
  ) {
    this.producerId = producerId;
    this.timeoutMs = timeoutMs;
  }

  get epochExhausted(): boolean {
    return this.epoch >= LAST_CLIENT_EPOCH;
  }

  /** Whether a client that names its id and epoch may go on from them. */
  mayRecover(producerId: bigint, epoch: number): boolean {
    return (
      this.epoch === -1 ||
      producerId === this.producerId ||
      (producerId === this.previousProducerId && epoch >= LAST_CLIENT_EPOCH)
    );
  }

  /** An EndTxn that was carried out before, and whose answer was lost. */
  isRepeatedEnd(producerId: bigint, epoch: number): boolean {
    if (this.state === 'ongoing' || this.state === 'empty') return false;
    const rotated = this.previousProducerId === producerId && epoch === LAST_CLIENT_EPOCH && this.epoch === 0;
    return rotated || (producerId === this.producerId && this.epoch === epoch + 1);
  }

  /** Begins the transaction if it has not. */
  begin(nowMs: number): void {
    this.previousProducerId = this.producerId;
    if (this.state === 'ongoing') return;
    this.state = 'ongoing';
    this.startedAt = nowMs;
  }

  /** Takes the next epoch of the same producer id, or epoch 0 of a new one. */
  renew(epoch: number, lastEpoch: number, timeoutMs: number, producerId = this.producerId): void {
    this.previousProducerId = this.producerId;
    this.producerId = producerId;
    this.epoch = epoch;
    this.lastEpoch = lastEpoch;
    this.timeoutMs = timeoutMs;
    this.state = 'empty';
    this.startedAt = -1;
  }

  /** The end is decided; markers follow. */
  decide(end: TransactionEnd): void {
    this.state = 'ending';
    this.end = end;
  }

  /** Every marker is written. */
  complete(committed: boolean): void {
    this.state = committed ? 'committed' : 'aborted';
    this.end = undefined;
  }

  /** Whether it ended, or is ending, so. */
  ends(committed: boolean): boolean {
    if (this.state === 'ending') return this.end?.committed === committed;
    return this.state === (committed ? 'committed' : 'aborted');
  }

  save(): string {
    return JSON.stringify({
      producerId: this.producerId.toString(),
      previousProducerId: this.previousProducerId.toString(),
      epoch: this.epoch,
      lastEpoch: this.lastEpoch,
      timeoutMs: this.timeoutMs,
      state: this.state,
      startedAt: this.startedAt,
      end: this.end && { ...this.end, producerId: this.end.producerId.toString() },
      partitions: [...this.partitions.values()],
      groups: [...this.groups],
    });
  }

  static restore(id: string, text: string): Transaction {
    // Our own format, written by save.
    const saved = JSON.parse(text) as SavedTransaction;
    const transaction = new Transaction(id, BigInt(saved.producerId), saved.timeoutMs);
    transaction.previousProducerId = BigInt(saved.previousProducerId);
    transaction.epoch = saved.epoch;
    transaction.lastEpoch = saved.lastEpoch;
    transaction.state = saved.state;
    transaction.startedAt = saved.startedAt;
    transaction.end = saved.end && { ...saved.end, producerId: BigInt(saved.end.producerId) };
    for (const partition of saved.partitions) transaction.add(partition);
    for (const group of saved.groups) transaction.groups.add(group);
    return transaction;
  }

  add({ topic, partition }: TopicPartition): void {
    this.partitions.set(`${topic}/${partition}`, { topic, partition });
  }

  remove({ topic, partition }: TopicPartition): void {
    this.partitions.delete(`${topic}/${partition}`);
  }

  has({ topic, partition }: TopicPartition): boolean {
    return this.partitions.has(`${topic}/${partition}`);
  }
}

interface SavedTransaction {
  readonly producerId: string;
  readonly previousProducerId: string;
  readonly epoch: number;
  readonly lastEpoch: number;
  readonly timeoutMs: number;
  readonly state: TransactionState;
  readonly startedAt: number;
  readonly end?: Omit<TransactionEnd, 'producerId'> & { readonly producerId: string };
  readonly partitions: readonly TopicPartition[];
  readonly groups: readonly string[];
}
