import { processFacts } from '../../src/app/process-facts.js';
import { createPrometheusMetrics } from '../../src/observability/prometheus-metrics.js';
import { systemClock } from '../../src/util/time.js';

/** What is told of a process in which no application runs. */
export const nothingRunning = {
  applications: [],
  metrics: createPrometheusMetrics({ processMetrics: false }),
  process: processFacts(systemClock),
  clock: systemClock,
};
