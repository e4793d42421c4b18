import type { RecordColumns } from '../../broker/record-batch/record-columns.js';
import type { Counter } from '../../observability/metrics.js';
import type { ExtractableRecord, SourceNode } from '../../topology/node.js';
import { Record } from '../../topology/processor.js';
import { ticks } from '../../topology/tick.js';
import { failOnInvalidTimestamp } from '../../topology/timestamp-extractors.js';
import { SchemaPendingError, SchemaRegistryError } from '../../serde/registry/schema-registry-error.js';
import { MillraceError, type ErrorContext } from '../../util/errors.js';
import type { Headers } from '../../util/headers.js';
import { rawRecord, RejectedRecord } from './dead-letter.js';
import { respond } from './error-policy.js';
import { ProcessingFailedError } from './processing-failed-error.js';
import { RecordAge } from './record-age.js';
import type { NodeDrops } from './task-metrics.js';
import type { TaskNode } from './task-node.js';
import { withoutTraces } from './trace-header.js';
import type { SourceScope } from './task-scope.js';

/** A source of a running task: reads records from their bytes, with their event time, and starts them on their way. */
export class TaskSource implements TaskNode {
  readonly name: string;
  readonly #scope: SourceScope;
  readonly #node: SourceNode;
  readonly #received: Counter;
  readonly #drops: NodeDrops;
  readonly #age: RecordAge;
  /** It reads ticks, not records. */
  readonly ofTicks: boolean;
  #children: readonly TaskNode[] = [];

  constructor(scope: SourceScope, node: SourceNode) {
    this.name = node.name;
    this.#scope = scope;
    this.#node = node;
    this.ofTicks = node.valueSerde === ticks;
    this.#received = scope.context.metrics.node(node.name);
    this.#drops = scope.context.metrics.drops(node.name);
    this.#age = new RecordAge(scope.context.metrics.endToEnd(node.name));
  }

  /** Joins the node to its children, in the order in which they were added to the topology. */
  connect(children: readonly TaskNode[]): void {
    this.#children = children;
  }

  receive(record: Record<unknown, unknown>): void {
    this.#received.value++;
    this.#age.lastTimestamp = record.timestamp;
    const { calls } = this.#scope;
    const children = this.#children;
    for (let i = 0; i < children.length; i++) {
      const child = children[i] as TaskNode; // i is within bounds
      if (calls.active) calls.call(this, child, record);
      else child.receive(record);
    }
  }

  observeAge(nowMs: number): void {
    this.#age.observe(nowMs);
  }

  /** A source runs no code that may fail once its record was read. */
  failed(error: unknown): void {
    throw error;
  }

  /**
   * Reads one record.
   * @returns undefined when it is dropped: its policy says so, or its timestamp is negative; a {@link RejectedRecord} when
   *   it goes to a dead-letter topic in its turn
   * @throws ProcessingFailedError `DESERIALIZATION_FAILED` | `TIMESTAMP_EXTRACTION_FAILED`
   * @throws SchemaPendingError when it can be read only once the schema registry has answered
   */
  read(
    records: RecordColumns,
    index: number,
    topic: string,
    partition: number,
    partitionTime: number,
  ): Record<unknown, unknown> | undefined {
    const buffer = records.buffer(index);
    const keyStart = records.keyStart(index);
    const valueStart = records.valueStart(index);
    let key: unknown;
    let value: unknown;
    try {
      key = keyStart < 0 ? null : this.#node.keySerde.deserialize(buffer, keyStart, records.keyEnd(index));
      value = valueStart < 0 ? null : this.#node.valueSerde.deserialize(buffer, valueStart, records.valueEnd(index));
    } catch (error) {
      if (error instanceof SchemaPendingError || error instanceof SchemaRegistryError) throw error;
      return this.#unreadable(error, records, index, topic, partition);
    }
    const headers = this.#headersOf(records, index, topic);
    const timestamp = records.timestamp(index);
    if (this.#node.timestampExtractor === undefined && timestamp >= 0)
      return new Record(key, value, timestamp, headers);
    const extractable = { key, value, timestamp, headers, topic, partition, offset: records.offset(index) };
    return this.#timed(extractable, partitionTime);
  }

  /** Whether a topic that it reads, by its name on the broker, is one of the application's own. */
  readsInternal(topic: string): boolean {
    return this.#node.pattern === undefined && !this.#node.topics.includes(topic);
  }

  #headersOf(records: RecordColumns, index: number, topic: string): Headers {
    const headers = records.headers(index);
    return headers.length > 0 && this.readsInternal(topic) ? withoutTraces(headers) : headers;
  }

  #timed(record: ExtractableRecord, partitionTime: number): Record<unknown, unknown> | undefined {
    const where = this.#where(record.topic, record.partition, record.offset);
    const timestamp = this.#extract(record, partitionTime, where);
    // one that no log can hold must not become stream time, nor fail when a batch is built
    if (timestamp >= 0 && Number.isSafeInteger(timestamp))
      return new Record(record.key as unknown, record.value as unknown, timestamp, record.headers);
    this.#drops.count('invalid-timestamp');
    this.#scope.log.warn(
      { ...where, timestamp },
      'a record was skipped because its timestamp is negative or no whole number of ms',
    );
    return undefined;
  }

  #extract(record: ExtractableRecord, partitionTime: number, where: ErrorContext): number {
    try {
      return (this.#node.timestampExtractor ?? failOnInvalidTimestamp)(record, partitionTime);
    } catch (error) {
      const hint = 'Give the source a timestamp extractor that handles such records; a negative result skips them.';
      throw new ProcessingFailedError(
        'TIMESTAMP_EXTRACTION_FAILED',
        `source "${this.name}" found no timestamp`,
        error,
        where,
        hint,
      );
    }
  }

  #unreadable(
    error: unknown,
    records: RecordColumns,
    index: number,
    topic: string,
    partition: number,
  ): RejectedRecord | undefined {
    const { context, errorPolicies, id, log } = this.#scope;
    const offset = records.offset(index);
    const where = this.#where(topic, partition, offset);
    const input = {
      topic,
      partition,
      offset,
      timestamp: records.timestamp(index),
      headers: this.#headersOf(records, index, topic),
      ...rawRecord(records, index),
    };
    const failure = { error, taskId: id, node: this.name, input };
    context.metrics.deserializationError(this.name, topic);
    const response = respond(errorPolicies.deserialization, failure);
    if (response === 'fail') {
      const hint = 'Mend the record or the serde of the source; or let the deserialization policy skip such records.';
      throw new ProcessingFailedError('DESERIALIZATION_FAILED', `source "${this.name}" failed`, error, where, hint);
    }
    this.#drops.count('deserialization');
    const code = error instanceof MillraceError ? error.code : undefined;
    log.warn({ ...where, code }, 'a record was skipped because it could not be read');
    log.debug({ ...where, err: error }, 'why the record was skipped');
    return response === 'skip' ? undefined : new RejectedRecord(response.deadLetter, failure, input.timestamp);
  }

  #where(topic: string, partition: number, offset: number): ErrorContext {
    return { task: this.#scope.id, node: this.name, topic, partition, offset };
  }
}
