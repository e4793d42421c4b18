import { partitionKey } from '../../broker/client/client.js';
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
 *
 * Ticks have no part in that order: each says itself between which records it stands, and comes first there.
 */
export class PartitionGroup {
  streamTimeMs = -1;
  readonly #options: PartitionGroupOptions;
  #queues: readonly RecordQueue[] = [];
  /** Those of records, and those of ticks. */
  #recordQueues: readonly RecordQueue[] = [];
  #tickQueues: readonly RecordQueue[] = [];
  /** Ticks that the task has written and not read back: it waits for them. */
  #awaitedTicks = 0;
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
    this.#recordQueues = queues.filter((queue) => !queue.source.ofTicks);
    this.#tickQueues = queues.filter((queue) => queue.source.ofTicks);
    this.#nonEmpty.retain((queue) => kept.has(queue));
    this.#changed = true;
  }

  /** Forgets stream time and order; the queues were reset. */
  reset(streamTimeMs: number): void {
    this.#nonEmpty.clear();
    this.streamTimeMs = streamTimeMs;
    this.#awaitedTicks = 0;
    this.#changed = true;
  }

  /** To be called after records were added to a queue. */
  added(queue: RecordQueue, wasEmpty: boolean): void {
    if (queue.source.ofTicks) return;
    if (wasEmpty && !queue.empty) this.#nonEmpty.add(queue);
    this.#changed = true;
  }

  /**
   * Whether a record may be taken now. It may if no input is empty. An empty one is waited for while the broker has more of
   * it, unless it is held back, and after that for `maxTaskIdleMs`.
   */
  ready(nowMs: number): boolean {
    if (this.#dueTick() !== undefined) return true;
    if (this.#awaitedTicks > 0 || !this.#firstIsRead()) return false;
    if (this.#nonEmpty.size === this.#recordQueues.length || this.#options.maxTaskIdleMs < 0) return true;
    if (this.#changed || !this.#ready) {
      this.#ready = this.#mayGoOnWithoutEmpty(nowMs);
      this.#changed = false;
      if (this.#ready) this.#options.enforced.value++;
    }
    return this.#ready;
  }

  /** The queue whose head is next; take from it, then give it to {@link taken}. Undefined when all are empty. */
  next(): RecordQueue | undefined {
    return this.#dueTick() ?? this.#nonEmpty.poll();
  }

  /** Puts a queue back in its place after a record was taken. */
  taken(queue: RecordQueue, timestamp: number): void {
    if (timestamp > this.streamTimeMs) this.streamTimeMs = timestamp;
    if (queue.source.ofTicks) this.#awaitedTicks = Math.max(0, this.#awaitedTicks - 1);
    else if (!queue.empty) this.#nonEmpty.add(queue);
    else this.#changed = true;
  }

  /**
   * Positions at which a tick that is written now stands; no record is taken until it was read. Undefined when there are
   * records or ticks that were not taken.
   */
  tryAwaitTick(): ReadonlyMap<string, number> | undefined {
    if (!this.#queues.every((queue) => queue.drained)) return undefined;
    this.#awaitedTicks++;
    return new Map(this.#recordQueues.map((queue) => [partitionKey(queue), queue.position]));
  }

  /** The queue of a tick whose place has been reached; one that can not be read comes first too, and fails. */
  #dueTick(): RecordQueue | undefined {
    for (const queue of this.#tickQueues) {
      if (!queue.empty && (queue.tick === undefined || this.#hasReached(queue.tick.positions))) return queue;
    }
    return undefined;
  }

  #hasReached(positions: ReadonlyMap<string, number>): boolean {
    return this.#recordQueues.every((queue) => queue.position >= (positions.get(partitionKey(queue)) ?? -1));
  }

  /** Whether the time of every head is known, and there is one. A head that waits for its schema comes first. */
  #firstIsRead(): boolean {
    for (let first = this.#nonEmpty.peek(); first?.pending !== undefined; first = this.#nonEmpty.peek()) {
      if (!first.tryReadPending()) return false;
      this.#nonEmpty.poll();
      if (first.empty) this.#changed = true;
      else this.#nonEmpty.add(first);
    }
    return this.#nonEmpty.size > 0;
  }

  #mayGoOnWithoutEmpty(nowMs: number): boolean {
    for (const queue of this.#recordQueues) {
      if (!queue.empty) queue.idleUntilMs = undefined;
      else if (!this.#idleTimeOver(queue, nowMs)) return false;
    }
    return true;
  }

  #idleTimeOver(queue: RecordQueue, nowMs: number): boolean {
    if (queue.held) return true;
    if (queue.lag !== 0) {
      queue.idleUntilMs = undefined;
      return false;
    }
    queue.idleUntilMs ??= nowMs + this.#options.maxTaskIdleMs;
    return nowMs >= queue.idleUntilMs;
  }
}
