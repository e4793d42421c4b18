import type { Counter, Histogram, Labels, Metrics } from '../../observability/metrics.js';
import type { DropReason } from '../../topology/processor.js';

/** The counters of one task; the record path adds to their fields. */
export class TaskMetrics {
  readonly processed: Counter;
  readonly punctuated: Counter;
  /** Records processed although an input was empty, because `maxTaskIdle` had passed. */
  readonly enforced: Counter;
  /** Seconds per record, one observation per slice. */
  readonly processLatency: Histogram;
  readonly #metrics: Metrics;
  readonly #labels: Labels;
  readonly #dropped = new Map<DropReason, Counter>();

  constructor(metrics: Metrics, applicationId: string, taskId: string) {
    this.#metrics = metrics;
    this.#labels = { application: applicationId, task: taskId };
    this.processed = metrics.counter('millrace_task_process_records_total', this.#labels);
    this.punctuated = metrics.counter('millrace_task_punctuate_total', this.#labels);
    this.enforced = metrics.counter('millrace_task_enforced_processing_total', this.#labels);
    this.processLatency = metrics.histogram('millrace_task_process_latency_seconds', this.#labels);
  }

  /** Records that entered a node. */
  node(name: string): Counter {
    return this.#metrics.counter('millrace_processor_node_process_records_total', { ...this.#labels, node: name });
  }

  /** Counts a record that could not be read. */
  deserializationError(topic: string): void {
    this.#metrics.counter('millrace_deserialization_errors_total', { ...this.#labels, topic }).value++;
  }

  /** Counts a record on which a processor failed. */
  processingError(node: string): void {
    this.#metrics.counter('millrace_processing_errors_total', { ...this.#labels, node }).value++;
  }

  /** Counts a record that a sink could not write. */
  productionError(topic: string): void {
    this.#metrics.counter('millrace_production_errors_total', { ...this.#labels, topic }).value++;
  }

  /** Age of a record when a node has it, in seconds; observed once per slice. */
  endToEnd(node: string): Histogram {
    return this.#metrics.histogram('millrace_record_e2e_latency_seconds', { ...this.#labels, node });
  }

  /** Counts a record that was dropped. */
  drop(reason: DropReason): void {
    let counter = this.#dropped.get(reason);
    if (counter === undefined) {
      counter = this.#metrics.counter('millrace_dropped_records_total', { ...this.#labels, reason });
      this.#dropped.set(reason, counter);
    }
    counter.value++;
  }

  /** Drops every series of the task. */
  remove(): void {
    this.#metrics.remove(this.#labels);
  }
}
