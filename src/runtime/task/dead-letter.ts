import { RecordRefusedError } from '../../broker/client/errors.js';
import { partitionForKey } from '../../broker/client/partitioner.js';
import type { RecordColumns } from '../../broker/record-batch/record-columns.js';
import { Record } from '../../topology/processor.js';
import { messageOf } from '../../util/errors.js';
import type { Headers } from '../../util/headers.js';
import { placed, type RecordFailure } from './error-policy.js';
import { ProcessingFailedError } from './processing-failed-error.js';
import type { RecordCollector } from './record-collector.js';
import type { TaskMetrics } from './task-metrics.js';

/** A record that could not be read, in the queue of its input until its turn comes to be written to a dead-letter topic. */
export class RejectedRecord extends Record<null, null> {
  constructor(
    readonly deadLetterTopic: string,
    readonly failure: RecordFailure,
    timestamp: number,
  ) {
    super(null, null, timestamp);
  }
}

/** Writes what failed to dead-letter topics, with the headers that Kafka Streams' handlers add (KIP-1034). */
export class DeadLetters {
  constructor(
    private readonly collector: RecordCollector,
    /** Where records without a key go, as far as the topic has it. */
    private readonly taskPartition: number,
    private readonly metrics: Pick<TaskMetrics, 'deadLetter'>,
  ) {}

  /** @param timestamp of the input record; -1 takes the time of sending */
  write(topic: string, failure: RecordFailure, timestamp: number): void {
    const { collector } = this;
    this.metrics.deadLetter(topic);
    const { key, value } = failure.input ?? { key: null, value: null };
    const headers = errorHeaders(failure);
    const choose = (partitions: number): number =>
      key === null ? this.taskPartition % partitions : partitionForKey(key, partitions);
    const partitions = collector.partitions(topic);
    if (partitions === undefined) {
      collector.sendWhenKnown(topic, (count) => [choose(count)], key, value, timestamp, headers);
      return;
    }
    try {
      collector.send(topic, choose(partitions), key, value, timestamp, headers);
    } catch (error) {
      throw error instanceof RecordRefusedError ? deadLetterRefused(topic, failure, error) : error;
    }
  }
}

function deadLetterRefused(
  deadLetterTopic: string,
  { taskId: task, node, input }: RecordFailure,
  refusal: RecordRefusedError,
): ProcessingFailedError {
  const what = `writing a dead letter to "${deadLetterTopic}" failed`;
  return new ProcessingFailedError(
    'DEAD_LETTER_FAILED',
    what,
    refusal,
    { task, node, ...placed(input) },
    refusal.hint ?? '',
  );
}

/** Key and value of a record as they were read, in memory of their own. */
export function rawRecord(
  records: RecordColumns,
  index: number,
): { readonly key: Buffer | null; readonly value: Buffer | null } {
  const buffer = records.buffer(index);
  const bytes = (start: number, end: number): Buffer | null =>
    start < 0 ? null : Buffer.from(buffer.subarray(start, end));
  return {
    key: bytes(records.keyStart(index), records.keyEnd(index)),
    value: bytes(records.valueStart(index), records.valueEnd(index)),
  };
}

function errorHeaders({ error, input }: RecordFailure): Headers {
  const text = (name: string, value: string | null) =>
    [`__streams.errors.${name}`, value === null ? null : Buffer.from(value, 'utf8')] as const;
  return [
    ...(input?.headers ?? []),
    text('exception', error instanceof Error ? error.name : typeof error),
    text('message', messageOf(error)),
    text('stacktrace', error instanceof Error ? (error.stack ?? '') : ''),
    text('topic', input?.topic ?? null),
    text('partition', String(input?.partition ?? -1)),
    text('offset', String(input?.offset ?? -1)),
  ];
}
