import type { GetMetricsResponse } from '../gen/millrace/query/v1/topology_service.js';

/** What several instances have counted, as one answer. */
export function mergedMetrics(answers: readonly GetMetricsResponse[]): GetMetricsResponse {
  return {
    nodes: answers.flatMap(({ nodes }) => nodes),
    stores: answers.flatMap(({ stores }) => stores),
    topics: answers.flatMap(({ topics }) => topics),
    instances: answers.flatMap(({ instances }) => instances),
  };
}
