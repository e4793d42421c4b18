import type { Counter } from '../../observability/metrics.js';
import { PriorityQueue } from './priority-queue.js';
import type { RecordQueue } from './record-queue.js';

export interface PartitionGroupOptions {
  readonly maxTaskIdleMs: number;
  /** Counts the times that records were taken although an input was empty, its idle time being over. */
  readonly enforced: Counter;
}

/**
 * Chooses the next record of a task: the head with the lowest timestamp among its input partitions.
 *
 * *Stream time* is the largest timestamp taken so far over all of them, -1 before the first record. It never goes back; a
 * record with a lower timestamp is out of order.
 */
export class PartitionGroup {
  streamTimeMs = -1;
  readonly #options: PartitionGroupOptions;
  #queues: readonly RecordQueue[] = [];
  readonly #nonEmpty = new PriorityQueue<RecordQueue>((queue) => queue.headTimestamp);
  /** An input was filled or emptied since readiness was last found. */
  #changed = true;
  #ready = false;

  constructor(options: PartitionGroupOptions) {
    this.#options = options;
  }

  get queues(): readonly RecordQueue[] {
    return this.#queues;
  }

  /** Sets the input partitions; those that were there keep their place and their records. */
  update(queues: readonly RecordQueue[]): void {
    const kept = new Set(queues);
    this.#queues = queues;
    this.#nonEmpty.retain((queue) => kept.has(queue));
    this.#changed = true;
  }

  /** Forgets stream time and order; the queues were reset. */
  reset(streamTimeMs: number): void {
    this.#nonEmpty.clear();
    this.streamTimeMs = streamTimeMs;
    this.#changed = true;
  }

  /** To be called after records were added to a queue. */
  added(queue: RecordQueue, wasEmpty: boolean): void {
    if (wasEmpty && !queue.empty) this.#nonEmpty.add(queue);
    this.#changed = true;
  }

  /**
   * Whether a record may be taken now. It may if no input is empty. An empty one is waited for while the broker has more of
   * it, and after that for `maxTaskIdleMs`.
   */
  ready(nowMs: number): boolean {
    if (this.#nonEmpty.size === 0) return false;
    if (this.#nonEmpty.size === this.#queues.length || this.#options.maxTaskIdleMs < 0) return true;
    if (this.#changed || !this.#ready) {
      this.#ready = this.#mayGoOnWithoutEmpty(nowMs);
      this.#changed = false;
      if (this.#ready) this.#options.enforced.value++;
    }
    return this.#ready;
  }

  /** The queue whose head is next; take from it, then give it to {@link taken}. Undefined when all are empty. */
  next(): RecordQueue | undefined {
    return this.#nonEmpty.poll();
  }

  /** Puts a queue back in its place after a record was taken. */
  taken(queue: RecordQueue, timestamp: number): void {
    if (timestamp > this.streamTimeMs) this.streamTimeMs = timestamp;
    if (!queue.empty) this.#nonEmpty.add(queue);
    else this.#changed = true;
  }

  #mayGoOnWithoutEmpty(nowMs: number): boolean {
    for (const queue of this.#queues) {
      if (!queue.empty) queue.idleUntilMs = undefined;
      else if (!this.#idleTimeOver(queue, nowMs)) return false;
    }
    return true;
  }

  #idleTimeOver(queue: RecordQueue, nowMs: number): boolean {
    if (queue.lag !== 0) {
      queue.idleUntilMs = undefined;
      return false;
    }
    queue.idleUntilMs ??= nowMs + this.#options.maxTaskIdleMs;
    return nowMs >= queue.idleUntilMs;
  }
}
