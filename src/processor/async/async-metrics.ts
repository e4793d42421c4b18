import type { NodeMetrics } from '../../topology/processor.js';
import type { Counter, Histogram } from '../../observability/metrics.js';

/** What is shown of the calls as they are. */
export interface CallsView {
  readonly inFlight: number;
  readonly pending: number;
  readonly open: boolean;
}

/** What an asynchronous node counts. */
export class AsyncMetrics {
  readonly calls: Counter;
  readonly retries: Counter;
  readonly timeouts: Counter;
  readonly failed: Counter;
  readonly late: Counter;
  /** Seconds. */
  readonly latency: Histogram;

  constructor(metrics: NodeMetrics, view: CallsView) {
    this.calls = metrics.counter('millrace_async_calls_total');
    this.retries = metrics.counter('millrace_async_retries_total');
    this.timeouts = metrics.counter('millrace_async_timeouts_total');
    this.failed = metrics.counter('millrace_async_failed_records_total');
    this.late = metrics.counter('millrace_async_late_records_total');
    this.latency = metrics.histogram('millrace_async_call_latency_seconds');
    metrics.gauge('millrace_async_in_flight', () => view.inFlight);
    metrics.gauge('millrace_async_pending_records', () => view.pending);
    metrics.gauge('millrace_async_circuit_open', () => (view.open ? 1 : 0));
  }
}
