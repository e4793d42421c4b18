import type { Counter, Histogram, Labels, Metrics } from '../../observability/metrics.js';

/** What one task counts of its sink. The task's own metrics take the series away with it. */
export class SinkMetrics {
  readonly records: Counter;
  readonly batches: Counter;
  readonly retries: Counter;
  readonly rejected: Counter;
  readonly fenced: Counter;
  /** Seconds of one write. */
  readonly writeLatency: Histogram;

  constructor(
    private readonly metrics: Metrics,
    private readonly labels: Labels,
  ) {
    this.records = metrics.counter('millrace_sink_records_total', labels);
    this.batches = metrics.counter('millrace_sink_batches_total', labels);
    this.retries = metrics.counter('millrace_sink_retries_total', labels);
    this.rejected = metrics.counter('millrace_sink_rejected_records_total', labels);
    this.fenced = metrics.counter('millrace_sink_fenced_total', labels);
    this.writeLatency = metrics.histogram('millrace_sink_write_latency_seconds', labels);
  }

  /** Shows whether a writer is open, and how many records wait for it. */
  watch(connected: () => boolean, pendingRecords: () => number): void {
    this.metrics.gauge('millrace_sink_connected', this.labels, () => (connected() ? 1 : 0));
    this.metrics.gauge('millrace_sink_pending_records', this.labels, pendingRecords);
  }
}
