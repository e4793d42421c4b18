import { status } from '@grpc/grpc-js';
import type { Counter, Metrics } from '../../observability/metrics.js';
import type { Clock } from '../../util/time.js';

/** Counts the calls of one method, in the names of go-grpc-middleware. */
export interface CallMetrics {
  /** Call at the start; call what it gives at the end, with the status. */
  started(): (code: status) => void;
  readonly sent: Counter;
  /** Tells how much of a deadline is left. */
  readonly clock: Clock;
}

/** The metrics of a method, `/package.Service/Method`. */
export function callMetrics(path: string, metrics: Metrics, clock: Clock): CallMetrics {
  const [, service = '', method = ''] = path.split('/');
  const labels = { grpc_service: service, grpc_method: method };
  const started = metrics.counter('grpc_server_started_total', labels);
  const seconds = metrics.histogram('grpc_server_handling_seconds', labels);
  return {
    clock,
    sent: metrics.counter('grpc_server_msg_sent_total', labels),
    started() {
      started.value++;
      const startMs = clock.monotonicMs();
      return (code) => {
        seconds.observe((clock.monotonicMs() - startMs) / 1_000);
        metrics.counter('grpc_server_handled_total', { ...labels, grpc_code: status[code] }).value++;
      };
    },
  };
}
