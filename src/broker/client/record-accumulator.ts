import type { Headers } from '../../util/headers.js';
import { recordSizeBound } from '../record-batch/record-batch-builder.js';
import type { WriterOptions } from './client.js';
import type { ClientContext } from './client-context.js';
import type { ClusterView } from './cluster-view.js';
import { invalidTimestamp, RecordTooLargeError, TimestampRefusedError } from './errors.js';
import { type PendingBatch, ProduceQueue } from './produce-queue.js';
import type { ProducerSession } from './producer-session.js';
import { TopicLimits } from './topic-limits.js';

const DELIVERY_TIMEOUT_MS = 120_000;
const BATCH_HEADER_BYTES = 61;

/** The records of a writer that are not acknowledged yet, in one queue per partition. */
export class RecordAccumulator {
  /** Bytes collected and in flight. */
  bufferedBytes = 0;
  /** A batch that the broker may have written was given up: sequence numbers can only go on in a new epoch. */
  sequenceBroken = false;
  private readonly topics = new Map<string, ProduceQueue[]>();
  private readonly open = new Set<ProduceQueue>();
  /** Those of the open ones that wait for no more records. */
  private readonly due = new Set<ProduceQueue>();
  private readonly closed = new Set<ProduceQueue>();
  private readonly limits: TopicLimits;
  private readonly maxBatchBytes: number;
  private readonly transactional: boolean;

  constructor(
    private readonly context: ClientContext,
    view: ClusterView,
    private readonly session: ProducerSession,
    private readonly options: WriterOptions,
  ) {
    this.limits = new TopicLimits(context, view);
    this.maxBatchBytes = options.maxBatchBytes ?? 1_000_000;
    this.transactional = options.transactionalId !== undefined;
  }

  /** Nothing is collected, waiting or in flight. */
  get idle(): boolean {
    return this.open.size === 0 && this.closed.size === 0;
  }
  /** Partitions with batches that are closed and not acknowledged. */
  get pending(): Iterable<ProduceQueue> {
    return this.closed;
  }

  /**
   * @returns true if a batch was closed by it
   * @throws RecordTooLargeError, TimestampRefusedError where the topic's limits are known
   * @throws MillraceError `INVALID_TIMESTAMP`
   */
  append(
    topic: string,
    partition: number,
    key: Buffer | null,
    value: Buffer | null,
    timestamp: number,
    headers: Headers,
  ): boolean {
    if (!Number.isSafeInteger(timestamp)) throw invalidTimestamp(topic, timestamp);
    const queue = this.queueOf(topic, partition);
    const size = recordSizeBound(key, value, headers);
    const limits = this.limits.of(topic);
    const limit = limits?.maxBytes;
    if (limit !== undefined && size > limit && this.isTooLarge(size, limit)) {
      this.limits.met(topic);
      throw new RecordTooLargeError({ topic, partition, key, value, timestamp }, size, limit);
    }
    if (limits !== undefined && this.limits.refusesTime(limits, timestamp)) {
      this.limits.met(topic);
      throw new TimestampRefusedError({ topic, partition, key, value, timestamp });
    }
    const most = limit === undefined ? this.maxBatchBytes : Math.min(this.maxBatchBytes, limit);
    const closes = queue.openCount > 0 && queue.openBytes + size > most;
    if (closes) this.close(queue);
    if (queue.openCount === 0) queue.openSinceMs = this.context.clock.monotonicMs();
    const before = queue.openBytes;
    queue.append(key, value, timestamp < 0 ? this.context.clock.nowMs() : timestamp, headers);
    this.bufferedBytes += queue.openBytes - before;
    this.open.add(queue);
    return closes;
  }

  // What compression makes of a record only the broker can judge. The bound is a few bytes above the record's real size,
  // so a record at the very limit is left to the broker too.
  private isTooLarge(size: number, limit: number): boolean {
    const compressed = this.options.compression !== undefined && this.options.compression !== 'none';
    return !compressed && size + BATCH_HEADER_BYTES > limit + 64;
  }

  queueOf(topic: string, partition: number): ProduceQueue {
    let queues = this.topics.get(topic);
    if (queues === undefined) this.topics.set(topic, (queues = []));
    return (queues[partition] ??= new ProduceQueue({ topic, partition }));
  }

  limitOf(topic: string): number {
    return this.limits.of(topic)?.maxBytes ?? this.maxBatchBytes;
  }

  acknowledgedOffset(topic: string, partition: number): number | undefined {
    return this.topics.get(topic)?.[partition]?.acknowledgedOffset;
  }

  private close(queue: ProduceQueue): void {
    const { compression = 'none' } = this.options;
    const deadlineMs = queue.openSinceMs + DELIVERY_TIMEOUT_MS;
    this.bufferedBytes += queue.close(this.session.identity, this.transactional, compression, deadlineMs);
    this.open.delete(queue);
    this.due.delete(queue);
    this.closed.add(queue);
  }

  /** Every batch being filled is to be sent, and closed as soon as its partition takes another. */
  collect(): void {
    for (const queue of this.open) this.due.add(queue);
  }

  /**
   * Closes what is due and can be sent. The rest goes on being filled: what gathered while a partition could not be written
   * goes out in few large batches, not one after the other as small as it came.
   */
  closeDue(): void {
    for (const queue of this.due) if (queue.takesAnother) this.close(queue);
  }

  acknowledge(queue: ProduceQueue, batch: PendingBatch, baseOffset: number): void {
    queue.acknowledge(batch, baseOffset);
    this.released(queue, batch.bytes.length);
  }

  /** Gives a batch up. */
  remove(queue: ProduceQueue, batch: PendingBatch): void {
    queue.remove(batch);
    queue.broken = true;
    if (batch.sent) this.sequenceBroken = true;
    this.released(queue, batch.bytes.length);
  }

  split(queue: ProduceQueue, batch: PendingBatch): void {
    const { compression = 'none' } = this.options;
    this.bufferedBytes += queue.split(batch, this.session.identity, this.transactional, compression);
  }

  /** Drops everything that is not in flight. */
  drop(): void {
    for (const queue of new Set([...this.open, ...this.closed])) {
      const { bytes, maybeWritten } = queue.drop();
      if (maybeWritten) this.sequenceBroken = true;
      this.open.delete(queue);
      this.due.delete(queue);
      this.released(queue, bytes);
    }
  }

  /** Takes the session's new producer id or epoch. */
  restart(): void {
    this.sequenceBroken = false;
    for (const queue of this.queues()) queue.restart(this.session.identity);
  }

  /**
   * Takes the new identity where the sequence is broken. Other partitions go on under theirs, which the broker still knows:
   * what it may have written of them and not acknowledged would be doubled under another.
   */
  mend(): void {
    this.sequenceBroken = false;
    for (const queue of this.queues()) if (queue.broken) queue.restart(this.session.identity);
  }

  /** A new transaction: with the older protocol each partition is added to it before its first batch. */
  begin(): void {
    for (const queue of this.queues()) queue.admitted = false;
  }

  private *queues(): Generator<ProduceQueue, void, undefined> {
    for (const queues of this.topics.values()) for (const queue of queues.filter(Boolean)) yield queue;
  }

  private released(queue: ProduceQueue, bytes: number): void {
    this.bufferedBytes -= bytes;
    if (queue.pending.length === 0) this.closed.delete(queue);
  }
}
