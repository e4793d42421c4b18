import type { Logger } from '../observability/log.js';
import type { Headers } from '../util/headers.js';
import { MillraceError } from '../util/errors.js';
import type { Clock, Duration } from '../util/time.js';

/* eslint-disable @typescript-eslint/no-explicit-any -- sinks of any key and value type stand in one graph; the DSL's types guard what is put in */

/**
 * What a sink promises of each record of its log, whatever crashes:
 *
 * - `exactly-once`: it is in the destination once. The destination holds the position (the next offset to write), and takes
 *   records and position as one change.
 * - `idempotent`: it is written at least once, and to write it again, also after later ones, changes nothing. The position is
 *   what the consumer group has committed.
 */
export type SinkGuarantee = 'exactly-once' | 'idempotent';

/** One record as it comes out of the log: decoded, with its place. A null value is a tombstone: the key is deleted. */
export interface SinkRecord<K = any, V = any> {
  readonly key: K | null;
  readonly value: V | null;
  /** Event time, milliseconds. */
  readonly timestamp: number;
  readonly headers: Headers;
  readonly offset: number;
}

/** Records of one partition in the order of their offsets, never twice; there may be none, when all of them were rejected. */
export interface SinkBatch<K = any, V = any> {
  readonly records: readonly SinkRecord<K, V>[];
  /** The position after the batch: greater than every offset in it, and than the position before. */
  readonly nextOffset: number;
}

/** The partition of a log that a writer is opened for. */
export interface SinkContext {
  readonly applicationId: string;
  /** The sink's name in the topology. */
  readonly sink: string;
  readonly topic: string;
  /** Distinguishes a topic from an earlier one of that name: positions of the one say nothing of the other. */
  readonly topicId: string;
  readonly partition: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Writes one partition to the destination. The runtime calls one method at a time, and waits for it.
 *
 * A method that rejects leaves the writer to be closed: the runtime opens another one after a while, and reads on from its
 * position. It does so without end, unless the error is of kind `invalid`, which stops the application. A
 * {@link SinkRecordsRejectedError} alone keeps the writer open, a {@link SinkUnavailableError} may say how long to wait, and a
 * {@link SinkFencedError} makes the instance rejoin its group.
 */
export interface SinkWriter<K = any, V = any> {
  /**
   * Where to read on: the next offset to write, as the destination has it. Undefined where it has none yet: an `exactly-once`
   * sink then starts as its source says of a new partition, an `idempotent` one from the group's committed offset.
   */
  readonly position: number | undefined;
  /**
   * Writes a batch after all those before.
   * @returns the position up to which everything is durable. A sink that gathers batches gives an earlier one than the
   *   batch's `nextOffset`: records from there on come again after a crash
   * @throws SinkRecordsRejectedError nothing of the batch counts; the runtime routes the rejected records, and writes the
   *   others again
   * @throws SinkFencedError nothing of the batch counts: another writer has moved the position
   */
  write(batch: SinkBatch<K, V>): Promise<number>;
  /** Makes durable all that was written: at the sink's `flushInterval`, and before the partition is given up. Gives the position. */
  flush(): Promise<number>;
  /** Lets go of the connection. What is not durable is dropped. Called once, also after a failure. */
  close(): Promise<void>;
}

/** When records are handed to a sink. A batch is written as soon as one of these is reached. */
export interface SinkBatching {
  /** Default 1,000. */
  readonly maxRecords?: number;
  /** Bytes of key and value in the log. Default 1 MiB. */
  readonly maxBytes?: number;
  /** How long a record waits for others. Default `'100ms'`. */
  readonly maxDelay?: Duration;
  /** How long what was written may stay undurable, for sinks that gather batches. Default: they decide by size alone. */
  readonly flushInterval?: Duration;
}

/** How long the runtime waits before it tries again, while the destination is down: doubled each time, jittered by half. */
export interface SinkRetry {
  /** Default `'100ms'`. */
  readonly initialDelay?: Duration;
  /** Default `'30s'`. */
  readonly maxDelay?: Duration;
}

/**
 * A destination outside of Kafka. It is data and a way to open writers; it holds no connection of its own, so that a topology
 * can be described and tested without the destination.
 */
export interface Sink<K = any, V = any> {
  /** What it writes to, for descriptions: `postgres`, `files`, … */
  readonly kind: string;
  readonly guarantee: SinkGuarantee;
  readonly batching?: SinkBatching;
  readonly retry?: SinkRetry;
  /**
   * Opens a writer for a partition: connects, checks or makes what it writes to, finishes or drops what an earlier writer left,
   * and reads the position.
   * @throws MillraceError of kind `invalid` when only a change of code, configuration or destination helps
   */
  open(context: SinkContext): Promise<SinkWriter<K, V>>;
}

/** A record that the destination does not take, and why. */
export interface RejectedSinkRecord {
  /** Its index in the batch. */
  readonly index: number;
  readonly reason: unknown;
}

/** The destination does not take some records of a batch, now or ever; the others are to be written without them. */
export class SinkRecordsRejectedError extends MillraceError {
  constructor(readonly rejected: readonly RejectedSinkRecord[]) {
    super({
      code: 'SINK_RECORDS_REJECTED',
      kind: 'data',
      message: `the destination rejects ${rejected.length} record${rejected.length === 1 ? '' : 's'} of a batch`,
      hint: 'Mend the records, or let the production policy of the topology route them to a dead-letter topic.',
      cause: rejected[0]?.reason,
    });
  }
}

/** The destination does not take anything now, and may later. */
export class SinkUnavailableError extends MillraceError {
  /** The destination asks not to be tried again before; milliseconds. */
  readonly retryAfterMs: number;

  constructor(
    message: string,
    { retryAfterMs = 0, cause }: { readonly retryAfterMs?: number; readonly cause?: unknown } = {},
  ) {
    super({
      code: 'SINK_UNAVAILABLE',
      kind: 'unavailable',
      message,
      hint: 'It is tried again by itself, until the destination is back.',
      cause,
    });
    this.retryAfterMs = retryAfterMs;
  }
}

/** Another writer of the same partition has moved its position: this one writes no more. */
export class SinkFencedError extends MillraceError {
  constructor(
    { sink, topic, partition }: Pick<SinkContext, 'sink' | 'topic' | 'partition'>,
    expected: number | undefined,
  ) {
    super({
      code: 'SINK_FENCED',
      kind: 'fenced',
      message: `sink "${sink}" is not at position ${expected ?? 'none'} of "${topic}-${partition}" any more: another writer has moved it`,
      context: { node: sink, topic, partition },
    });
  }
}
