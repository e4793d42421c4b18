import type { Headers } from '../../util/headers.js';
import { RecordBatchBuilder } from '../record-batch/record-batch-builder.js';
import type { Compression } from './client.js';
import type { ProducerIdentity } from './producer-session.js';
import type { TopicPartition } from './protocol.js';
import { sequenceAfter, splitBatch, stampBatch } from './stamp-batch.js';

/** A closed batch, from closing to acknowledgement. */
export interface PendingBatch {
  bytes: Buffer;
  readonly count: number;
  baseSequence: number;
  /** Monotonic time at which it is given up. */
  readonly deadlineMs: number;
  inFlight: boolean;
  /** It was sent at least once: the broker may have it. */
  sent: boolean;
  /** Attempts that failed. */
  failures: number;
}

/** A broker remembers the last five batches of a producer and partition, so that a sixth could hide a lost first. */
const MOST_IN_FLIGHT = 5;

/**
 * What is to be sent to one partition: the batch being filled, and the closed ones in the order of their sequence
 * numbers. Order holds through every failure: once a batch has failed nothing is sent until all that is in flight is
 * answered, and then one batch at a time, the oldest first, until none is left that failed. The first batch of a producer
 * epoch goes alone too, since a broker that does not know the producer takes any sequence number as its first.
 */
export class ProduceQueue implements TopicPartition {
  readonly topic: string;
  readonly partition: number;
  /** Monotonic time before which nothing is sent: the last attempt failed. */
  notBeforeMs = 0;
  /** Monotonic time of the first record in the batch being filled. */
  openSinceMs = 0;
  /** The partition is part of the transaction (older protocol). */
  admitted = false;
  /** A batch was given up, or the broker does not know the producer: the sequence can only begin anew. */
  broken = false;
  /** The offset after the last acknowledged record. */
  acknowledgedOffset: number | undefined;
  private readonly builder = new RecordBatchBuilder();
  private batches: PendingBatch[] = [];
  private nextSequence = 0;
  /** Whose sequence it is: the writer may have another identity by now, for the sake of other partitions. */
  private producer: ProducerIdentity | undefined;
  private established = false;

  constructor({ topic, partition }: TopicPartition) {
    this.topic = topic;
    this.partition = partition;
  }

  /** Records in the batch being filled. */
  get openCount(): number {
    return this.builder.count;
  }
  get openBytes(): number {
    return this.builder.count === 0 ? 0 : this.builder.sizeInBytes;
  }
  get pending(): readonly PendingBatch[] {
    return this.batches;
  }

  append(key: Buffer | null, value: Buffer | null, timestamp: number, headers: Headers): void {
    this.builder.append(key, value, timestamp, headers);
  }

  /**
   * Closes the batch being filled. @returns the change in size: what compression saved, negative
   * @param newest the writer's identity, for the first batch
   */
  close(newest: ProducerIdentity, transactional: boolean, compression: Compression, deadlineMs: number): number {
    const { count, sizeInBytes } = this.builder;
    const baseSequence = this.nextSequence;
    this.producer ??= newest;
    const bytes = this.builder.build({ ...this.producer, baseSequence, transactional, compression });
    this.nextSequence = sequenceAfter(baseSequence, count);
    this.batches.push({ bytes, count, baseSequence, deadlineMs, inFlight: false, sent: false, failures: 0 });
    return bytes.length - sizeInBytes;
  }

  /** The batch that may be sent now, if any. */
  sendable(nowMs: number): PendingBatch | undefined {
    const next = this.batches.find((batch) => !batch.inFlight);
    if (next === undefined || this.notBeforeMs > nowMs) return undefined;
    if (this.oneByOne) return this.batches[0] === next && !this.inFlight ? next : undefined;
    return this.inFlightCount < MOST_IN_FLIGHT ? next : undefined;
  }

  /** Whether a batch closed now could be sent at once, as far as its partition goes. */
  get takesAnother(): boolean {
    const { inFlightCount } = this;
    if (inFlightCount < this.batches.length) return false;
    return inFlightCount < (this.oneByOne ? 1 : MOST_IN_FLIGHT);
  }

  private get oneByOne(): boolean {
    return !this.established || this.batches.some((batch) => batch.failures > 0);
  }

  private get inFlightCount(): number {
    return this.batches.filter((batch) => batch.inFlight).length;
  }

  get inFlight(): boolean {
    return this.batches.some((batch) => batch.inFlight);
  }

  isOldest(batch: PendingBatch): boolean {
    return this.batches[0] === batch;
  }

  acknowledge(batch: PendingBatch, baseOffset: number): void {
    this.remove(batch);
    this.established = true;
    if (baseOffset >= 0) this.acknowledgedOffset = baseOffset + batch.count;
  }

  remove(batch: PendingBatch): void {
    this.batches = this.batches.filter((other) => other !== batch);
  }

  /** Replaces a batch by two of half its records. @returns the change in size */
  split(batch: PendingBatch, newest: ProducerIdentity, transactional: boolean, compression: Compression): number {
    const halves = splitBatch(batch, this.producer ?? newest, transactional, compression);
    const { deadlineMs } = batch;
    const replacements = halves.map((half) => ({ ...half, deadlineMs, inFlight: false, sent: false, failures: 1 }));
    this.batches = this.batches.flatMap((other) => (other === batch ? replacements : [other]));
    return halves[0].bytes.length + halves[1].bytes.length - batch.bytes.length;
  }

  /** Drops all that is not in flight. @returns its size, and whether something that the broker may have was dropped */
  drop(): { readonly bytes: number; readonly maybeWritten: boolean } {
    const dropped = this.batches.filter((batch) => !batch.inFlight);
    const bytes = dropped.reduce((sum, batch) => sum + batch.bytes.length, this.openBytes);
    this.builder.reset();
    this.batches = this.batches.filter((batch) => batch.inFlight);
    const last = this.batches.at(-1);
    if (last !== undefined) this.nextSequence = sequenceAfter(last.baseSequence, last.count);
    else if (dropped[0] !== undefined) this.nextSequence = dropped[0].baseSequence;
    return { bytes, maybeWritten: dropped.some((batch) => batch.sent) };
  }

  /** Starts sequence numbers anew for a new producer id or epoch; closed batches are stamped with it. */
  restart(producer: ProducerIdentity): void {
    this.producer = producer;
    this.broken = false;
    this.established = false;
    this.nextSequence = 0;
    for (const batch of this.batches) {
      stampBatch(batch.bytes, producer, this.nextSequence);
      batch.baseSequence = this.nextSequence;
      this.nextSequence = sequenceAfter(this.nextSequence, batch.count);
    }
  }
}
