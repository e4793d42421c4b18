import type { Counter, Histogram, Labels, Metrics } from '../../observability/metrics.js';
import type { DropReason, NodeMetrics } from '../../topology/processor.js';

/** What went through one topic. */
export interface TopicCounters {
  readonly records: Counter;
  readonly bytes: Counter;
}

/** The records that one node has dropped, by reason. */
export class NodeDrops {
  readonly #counters = new Map<DropReason, Counter>();

  constructor(
    readonly node: string,
    private readonly counterOf: (reason: DropReason) => Counter,
  ) {}

  count(reason: DropReason): void {
    let counter = this.#counters.get(reason);
    if (counter === undefined) {
      counter = this.counterOf(reason);
      this.#counters.set(reason, counter);
    }
    counter.value++;
  }
}

/** The counters of one task; the record path adds to their fields. */
export class TaskMetrics {
  readonly processed: Counter;
  readonly punctuated: Counter;
  /** Records processed although an input was empty, because `maxTaskIdle` had passed. */
  readonly enforced: Counter;
  /** Seconds per record, one observation per slice. */
  readonly processLatency: Histogram;
  /** Seconds per punctuation. */
  readonly punctuateLatency: Histogram;
  /** Seconds that the last record of a slice was behind stream time. */
  readonly lateness: Histogram;
  readonly #metrics: Metrics;
  readonly #labels: Labels;

  constructor(metrics: Metrics, applicationId: string, taskId: string) {
    this.#metrics = metrics;
    this.#labels = { application: applicationId, task: taskId };
    this.processed = metrics.counter('millrace_task_process_records_total', this.#labels);
    this.punctuated = metrics.counter('millrace_task_punctuate_total', this.#labels);
    this.enforced = metrics.counter('millrace_task_enforced_processing_total', this.#labels);
    this.punctuateLatency = metrics.histogram('millrace_task_punctuate_latency_seconds', this.#labels);
    this.lateness = metrics.histogram('millrace_record_lateness_seconds', this.#labels);
    this.processLatency = metrics.histogram('millrace_task_process_latency_seconds', this.#labels);
  }

  /** Records that entered a node. */
  node(name: string): Counter {
    return this.#metrics.counter('millrace_processor_node_process_records_total', { ...this.#labels, node: name });
  }

  /** What a node counts by itself. */
  ofNode(name: string): NodeMetrics {
    const labels = { ...this.#labels, node: name };
    return {
      counter: (metric) => this.#metrics.counter(metric, labels),
      gauge: (metric, read) => {
        this.#metrics.gauge(metric, labels, read);
      },
      histogram: (metric) => this.#metrics.histogram(metric, labels),
    };
  }

  /** Counts a record that a source could not read. */
  deserializationError(node: string, topic: string): void {
    this.#metrics.counter('millrace_deserialization_errors_total', { ...this.#labels, node, topic }).value++;
  }

  /** Counts a write that a store dropped because it had expired. */
  expired(store: string): void {
    this.#metrics.counter('millrace_store_expired_records_total', { ...this.#labels, store }).value++;
  }

  /** Counts a record on which a processor failed. */
  processingError(node: string): void {
    this.#metrics.counter('millrace_processing_errors_total', { ...this.#labels, node }).value++;
  }

  /** Counts a record that a sink could not write. */
  productionError(node: string, topic: string): void {
    this.#metrics.counter('millrace_production_errors_total', { ...this.#labels, node, topic }).value++;
  }

  /** Counts a record that was written to a dead-letter topic. */
  deadLetter(topic: string): void {
    this.#metrics.counter('millrace_dead_letter_records_total', { ...this.#labels, topic }).value++;
  }

  /** Seconds of age of a record when a node has it; observed once per slice. */
  endToEnd(node: string): Histogram {
    return this.#metrics.histogram('millrace_record_e2e_latency_seconds', { ...this.#labels, node });
  }

  /** Records and bytes read from a topic. */
  consumed(topic: string): TopicCounters {
    const labels = { ...this.#labels, topic };
    return {
      records: this.#metrics.counter('millrace_topic_consumed_records_total', labels),
      bytes: this.#metrics.counter('millrace_topic_consumed_bytes_total', labels),
    };
  }

  /** Records and bytes of key and value that were sent to a topic by a sink. */
  produced(topic: string): TopicCounters {
    const labels = { ...this.#labels, topic };
    return {
      records: this.#metrics.counter('millrace_topic_produced_records_total', labels),
      bytes: this.#metrics.counter('millrace_topic_produced_bytes_total', labels),
    };
  }

  /** Shows what is queued, until {@link remove}. */
  watchBuffers(records: () => number, bytes: () => number): void {
    this.#metrics.gauge('millrace_task_input_buffer_records', this.#labels, records);
    this.#metrics.gauge('millrace_task_input_buffer_bytes', this.#labels, bytes);
  }

  /** What a node drops. */
  drops(node: string): NodeDrops {
    return new NodeDrops(node, (reason) =>
      this.#metrics.counter('millrace_dropped_records_total', { ...this.#labels, node, reason }),
    );
  }

  /** Drops every series of the task. */
  remove(): void {
    this.#metrics.remove(this.#labels);
  }
}
