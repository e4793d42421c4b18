import type { RecordContext } from '../state/store.js';
import type { CancelTimer } from '../util/time.js';

/** Key and value of a record as bytes. */
export interface RecordBytes {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/**
 * How a node works beside the record path (Flink's term). What it waits for, a promise or a time, comes back to its task as an
 * event, which the task takes between two records, never inside one, nor inside a commit: so an event may read and write
 * stores and forward, and all it does counts together with the records around it. An abort, and the end of the task, drop all
 * that the node still waits for; the processor is then made again.
 */
export interface Mailbox {
  /** Milliseconds that only grow, to measure by. */
  monotonicMs(): number;
  /** Uniform in [0, 1). */
  random(): number;
  /** Has the task take an event as soon as it can. */
  enqueue(event: () => void): void;
  /** As {@link enqueue}, when so much time has passed. The returned function takes the event back. */
  schedule(delayMs: number, event: () => void): CancelTimer;
  /** As {@link enqueue}, when the promise has settled. The returned function waits for it no longer. */
  whenSettled<T>(work: Promise<T>, event: (outcome: PromiseSettledResult<T>) => void): () => void;
  /** While a node of the task holds its inputs, the task takes no record, only events. Other tasks go on. */
  holdInputs(held: boolean): void;
  /** The instance is about to stop: what is under way may end, nothing should be begun. */
  isDraining(): boolean;
  /**
   * Runs a step on behalf of a record that came earlier: its topic, partition, offset, timestamp and headers are the current
   * ones, and a failure is one of that record.
   * @param bytes the record as an error policy is told of it
   */
  within(origin: RecordContext, step: () => void, bytes: () => RecordBytes): void;
}
