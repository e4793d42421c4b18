import type { CancelTimer, Clock } from '../../util/time.js';
import type { OffsetStore } from './offset-store.js';
import type { BrokerStorage } from './storage/broker-storage.js';
import type { TopicRegistry } from './topic-registry.js';
import type { Transaction } from './transaction.js';

/**
 * Brings the end of a transaction to the partitions and groups in it. One broker writes all of it at once, and so in one
 * step with the decision; with `delayMs` each marker comes in its own time, as in a cluster, where partitions and the
 * offsets topic have leaders of their own.
 */
export class TransactionMarkers {
  readonly #timers = new Set<CancelTimer>();

  constructor(
    private readonly topics: TopicRegistry,
    private readonly offsets: OffsetStore,
    private readonly storage: BrokerStorage,
    private readonly clock: Clock,
    private readonly delayMs: (() => number) | undefined,
  ) {}

  /** Writes the markers of a transaction that is ending. @param onChange called when it is to be saved */
  write(transaction: Transaction, onChange: () => void): void {
    const { delayMs } = this;
    const writes = this.#writes(transaction);
    if (delayMs === undefined || writes.length === 0) {
      for (const write of writes) write();
      completeIfDone(transaction);
      onChange();
      return;
    }
    onChange();
    for (const write of writes) {
      this.#later(delayMs(), () => {
        write();
        completeIfDone(transaction);
        onChange();
      });
    }
  }

  /** Stops every timer. */
  close(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }

  /** What is still to be done, one write for each partition and each group. */
  #writes(transaction: Transaction): (() => void)[] {
    const { end } = transaction;
    if (end === undefined) return [];
    const partitions = [...transaction.partitions.values()].map((partition) => () => {
      const marker = { ...end, timestamp: this.clock.nowMs() };
      this.topics.log(partition.topic, partition.partition)?.appendMarker(marker);
      transaction.remove(partition);
    });
    const groups = [...transaction.groups].map((groupId) => () => {
      this.offsets.end(groupId, end.producerId, end.committed);
      transaction.groups.delete(groupId);
    });
    return [...partitions, ...groups];
  }

  #later(delayMs: number, step: () => void): void {
    const cancel = this.clock.schedule(
      delayMs,
      () => {
        this.#timers.delete(cancel);
        step();
        void this.storage.commit(true);
      },
      { unref: true },
    );
    this.#timers.add(cancel);
  }
}

function completeIfDone(transaction: Transaction): void {
  if (transaction.end === undefined || transaction.partitions.size + transaction.groups.size > 0) return;
  transaction.complete(transaction.end.committed);
}
