import { RecordRefusedError, TimestampRefusedError } from '../../broker/client/errors.js';
import { partitionForKey } from '../../broker/client/partitioner.js';
import type { Counter } from '../../observability/metrics.js';
import { resolveTopic, type SinkNode } from '../../topology/node.js';
import type { Record } from '../../topology/processor.js';
import { invalid, messageOf, MillraceError, type ErrorContext } from '../../util/errors.js';
import { placed, respond } from './error-policy.js';
import { concernsTask, ProcessingFailedError } from './processing-failed-error.js';
import { RecordAge } from './record-age.js';
import type { NodeDrops, TopicCounters } from './task-metrics.js';
import type { TaskNode } from './task-node.js';
import type { TaskScope } from './task-scope.js';

/** Bytes of records without a key that go to one partition before the next takes its turn (KIP-480, KIP-794). */
const STICKY_BYTES = 16_384;

/** The production policy wants what was done since the last commit done again. */
class ProductionRetry extends MillraceError {
  constructor(sink: string, cause: unknown, context: ErrorContext) {
    const message = `sink "${sink}" could not write a record, and its policy wants it tried again: ${messageOf(cause)}`;
    super({ code: 'PRODUCTION_RETRY', kind: 'unavailable', message, cause, context });
  }
}

function remedy(error: unknown): string {
  const hint = error instanceof RecordRefusedError ? error.hint : undefined;
  return hint ?? 'Mend the serde, the partitioner or the value.';
}

/**
 * A sink of a running task: writes records as bytes and picks their partition. A record with a key goes where Kafka's
 * default partitioner puts it; records without one go to one partition for a batch's worth, then to the next.
 */
export class TaskSink implements TaskNode {
  readonly name: string;
  readonly #scope: TaskScope;
  readonly #node: SinkNode;
  readonly #sent: Counter;
  readonly #drops: NodeDrops;
  readonly #age: RecordAge;
  /** By topic; one, unless topics are chosen per record. */
  readonly #produced = new Map<string, TopicCounters>();
  #lastTopic: string | undefined;
  #lastProduced: TopicCounters | undefined;
  /** The topic's name on the broker, unless it is chosen per record. */
  readonly #topic: string | undefined;
  #stickyPartition: number;
  #stickyBytes = 0;

  constructor(scope: TaskScope, node: SinkNode) {
    this.name = node.name;
    this.#scope = scope;
    this.#node = node;
    this.#sent = scope.context.metrics.node(node.name);
    this.#drops = scope.context.metrics.drops(node.name);
    this.#stickyPartition = scope.context.partition;
    this.#age = new RecordAge(scope.context.metrics.endToEnd(node.name));
    this.#topic =
      typeof node.topic === 'string'
        ? resolveTopic(scope.applicationId, node.topic, scope.repartitionTopics)
        : undefined;
  }

  /** It writes to a topic of the application's own. */
  get internal(): boolean {
    return this.#topic !== undefined && this.#topic !== this.#node.topic;
  }

  /** The topic of the last record that it sent. */
  get lastTopic(): string | undefined {
    return this.#lastTopic;
  }

  receive(record: Record<unknown, unknown>): void {
    this.#sent.value++;
    this.#age.lastTimestamp = record.timestamp;
    try {
      this.#send(record);
    } catch (error) {
      this.failed(error);
    }
  }

  observeAge(nowMs: number): void {
    this.#age.observe(nowMs);
  }

  failed(error: unknown): void {
    if (concernsTask(error)) throw error;
    const { context, errorPolicies, id, log } = this.#scope;
    const input = context.failedInput();
    const where = { task: id, node: this.name, ...placed(input) };
    context.metrics.productionError(this.name, this.#topic ?? '');
    const failure = { error, taskId: id, node: this.name, input };
    const response = respond(errorPolicies.production, failure);
    if (response === 'fail') {
      context.tracing?.drop(this.name, 'PRODUCTION_FAILED');
      const hint = `${remedy(error)} Or let the production policy skip such records.`;
      throw new ProcessingFailedError('PRODUCTION_FAILED', `sink "${this.name}" failed`, error, where, hint);
    }
    if (response === 'retry') throw new ProductionRetry(this.name, error, where);
    context.dropped(this.#drops, 'production');
    log.warn(where, 'a record was skipped because its sink could not write it');
    log.debug({ ...where, err: error }, 'why the record was skipped');
    if (response === 'skip') return;
    // the dead letter of a record whose time is refused would be refused for the same reason
    const timestamp = error instanceof TimestampRefusedError ? -1 : context.record.timestamp;
    this.#scope.deadLetters.write(response.deadLetter, failure, timestamp);
  }

  #send(record: Record<unknown, unknown>): void {
    const { keySerde, valueSerde } = this.#node;
    const { collector } = this.#scope;
    const topic = this.#topic ?? this.#chooseTopic(record);
    const key = record.key == null ? null : keySerde.serialize(record.key);
    const value = record.value == null ? null : valueSerde.serialize(record.value);
    this.#count(topic, key, value);
    const partitions = collector.partitions(topic);
    if (partitions === undefined) {
      const choose = (count: number): readonly number[] => {
        const chosen = this.#partition(topic, record, key, value, count);
        return typeof chosen === 'number' ? [chosen] : chosen;
      };
      collector.sendWhenKnown(topic, choose, key, value, record.timestamp, record.headers);
      return;
    }
    const chosen = this.#partition(topic, record, key, value, partitions);
    if (typeof chosen === 'number') {
      collector.send(topic, chosen, key, value, record.timestamp, record.headers);
      return;
    }
    for (const partition of chosen) collector.send(topic, partition, key, value, record.timestamp, record.headers);
  }

  #count(topic: string, key: Buffer | null, value: Buffer | null): void {
    let produced = this.#lastProduced;
    if (produced === undefined || topic !== this.#lastTopic) produced = this.#countersOf(topic);
    produced.records.value++;
    produced.bytes.value += (key?.length ?? 0) + (value?.length ?? 0);
  }

  #countersOf(topic: string): TopicCounters {
    const produced = this.#produced.get(topic) ?? this.#scope.context.metrics.produced(topic);
    this.#produced.set(topic, produced);
    this.#lastTopic = topic;
    this.#lastProduced = produced;
    return produced;
  }

  #chooseTopic(record: Record<unknown, unknown>): string {
    const { topic } = this.#node;
    return typeof topic === 'string' ? topic : topic(record.key, record.value, record);
  }

  #partition(
    topic: string,
    record: Record<unknown, unknown>,
    key: Buffer | null,
    value: Buffer | null,
    partitions: number,
  ): number | readonly number[] {
    const { partitioner, partitionKeySerde } = this.#node;
    const chosen = partitioner?.(topic, record.key, record.value, partitions);
    if (typeof chosen === 'object') return this.#checkedList(topic, chosen, partitions);
    if (chosen !== undefined) return this.#checked(topic, chosen, partitions);
    if (partitions === 1) return 0;
    if (key === null) return this.#sticky(value, partitions);
    return partitionForKey(partitionKeySerde?.serialize(record.key) ?? key, partitions);
  }

  #sticky(value: Buffer | null, partitions: number): number {
    this.#stickyBytes += value?.length ?? 0;
    if (this.#stickyBytes > STICKY_BYTES) {
      this.#stickyBytes = 0;
      this.#stickyPartition++;
    }
    return this.#stickyPartition % partitions;
  }

  /** Each partition once, as Kafka Streams' set has it; none: the record is dropped. */
  #checkedList(topic: string, chosen: readonly number[], partitions: number): readonly number[] {
    if (chosen.length === 0) this.#scope.context.dropped(this.#drops, 'no-partition');
    return [...new Set(chosen)].map((partition) => this.#checked(topic, partition, partitions));
  }

  #checked(topic: string, partition: number, partitions: number): number {
    if (Number.isInteger(partition) && partition >= 0 && partition < partitions) return partition;
    throw invalid('INVALID_PARTITION', `the partitioner of sink "${this.name}" chose partition ${String(partition)}`, {
      hint: `Topic "${topic}" has partitions 0 to ${String(partitions - 1)}.`,
    });
  }
}
