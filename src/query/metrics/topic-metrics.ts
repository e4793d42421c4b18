import type { ReadableMetrics } from '../../observability/metrics.js';
import type { TopicMetrics } from '../gen/millrace/query/v1/topology_service.js';
import type { Instance } from './instance.js';
import { sumBy } from './sum-by.js';

/** What passed through each topic that was read or written here, by name. */
export function topicMetrics(metrics: ReadableMetrics, { application, instanceId }: Instance): TopicMetrics[] {
  const sums = (name: string): ReadonlyMap<string, number> => sumBy(metrics, name, application, 'topic');
  const consumedRecords = sums('millrace_topic_consumed_records_total');
  const consumedBytes = sums('millrace_topic_consumed_bytes_total');
  const producedRecords = sums('millrace_topic_produced_records_total');
  const producedBytes = sums('millrace_topic_produced_bytes_total');
  const lag = sums('millrace_consumer_lag_records');
  const topics = new Set([...consumedRecords.keys(), ...producedRecords.keys(), ...lag.keys()]);
  return [...topics].sort().map((topic) => ({
    application,
    instanceId,
    topic,
    consumedRecords: consumedRecords.get(topic) ?? 0,
    consumedBytes: consumedBytes.get(topic) ?? 0,
    producedRecords: producedRecords.get(topic) ?? 0,
    producedBytes: producedBytes.get(topic) ?? 0,
    lag: lag.get(topic) ?? 0,
  }));
}
