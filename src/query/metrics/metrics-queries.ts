import type { ReadableMetrics } from '../../observability/metrics.js';
import type { StreamsApplication } from '../../runtime/application.js';
import type { Clock } from '../../util/time.js';
import type {
  GetMetricsRequest,
  GetMetricsResponse,
  InstanceMetrics,
} from '../gen/millrace/query/v1/topology_service.js';
import type { Call } from '../call.js';
import { toTimestamp } from '../timestamps.js';
import { meantBy } from '../running-applications.js';
import { nodeMetrics } from './node-metrics.js';
import { RecentMedians } from './recent-medians.js';
import { storeMetrics } from './store-metrics.js';
import { sumOf } from './sum-by.js';
import { topicMetrics } from './topic-metrics.js';

/** What the operating system tells of this process. */
export interface ProcessFacts {
  /** Milliseconds since the epoch. */
  readonly startTimeMs: number;
  /** User and system, since the start. */
  cpuSeconds(): number;
  residentBytes(): number;
}

export interface MetricsQueriesOptions {
  /** Those that run here. */
  readonly applications: readonly StreamsApplication[];
  readonly metrics: ReadableMetrics;
  readonly process: ProcessFacts;
  readonly clock: Clock;
}

/** The queries about what was counted, on the messages of `millrace.query.v1`. */
export interface MetricsQueries {
  readonly getMetrics: (request: GetMetricsRequest, call?: Call) => Promise<GetMetricsResponse>;
}

/** Answers for this instance, from the registry that Prometheus reads. */
export function createMetricsQueries(options: MetricsQueriesOptions): MetricsQueries {
  const { metrics, clock } = options;
  const ages = new RecentMedians(metrics, 'millrace_record_e2e_latency_seconds', clock);
  const getMetrics = (request: GetMetricsRequest): GetMetricsResponse => {
    const applications = meantBy(request.application, options.applications);
    const mediansOf = ages.look();
    const instances = applications.map(({ applicationId: application, instanceId, topology }) => ({ application, instanceId, topology })); // prettier-ignore
    return {
      nodes: instances.flatMap((instance) => nodeMetrics(metrics, instance, mediansOf(instance.application))),
      stores: instances.flatMap((instance) => storeMetrics(metrics, instance)),
      topics: instances.flatMap((instance) => topicMetrics(metrics, instance)),
      instances: applications.map((each) => instanceMetrics(options, each)),
    };
  };
  // eslint-disable-next-line @typescript-eslint/require-await -- what is thrown at once is a rejection too
  return { getMetrics: async (request) => getMetrics(request) };
}

function instanceMetrics(
  { metrics, process, clock }: MetricsQueriesOptions,
  { applicationId: application, instanceId, state, error }: StreamsApplication,
): InstanceMetrics {
  return {
    application,
    instanceId,
    state,
    failure: error?.message ?? '',
    observeTime: toTimestamp(clock.nowMs()),
    startTime: toTimestamp(process.startTimeMs),
    cpuSeconds: process.cpuSeconds(),
    residentBytes: process.residentBytes(),
    commits: sumOf(metrics, 'millrace_commit_total', application),
    commitFailures: sumOf(metrics, 'millrace_commit_failures_total', application),
    rebalances: sumOf(metrics, 'millrace_rebalance_total', application),
    deadLetters: sumOf(metrics, 'millrace_dead_letter_records_total', application),
  };
}
