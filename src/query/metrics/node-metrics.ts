import type { ReadableMetrics } from '../../observability/metrics.js';
import type { BuiltTopology, TopologyNode } from '../../topology/node.js';
import type { NodeMetrics } from '../gen/millrace/query/v1/topology_service.js';
import type { Instance } from './instance.js';
import { sumBy } from './sum-by.js';

/** What each node of the graph has done here. @param medians seconds by node */
export function nodeMetrics(
  metrics: ReadableMetrics,
  { application, instanceId, topology }: Instance,
  medians: ReadonlyMap<string, number>,
): NodeMetrics[] {
  const sums = (name: string): ReadonlyMap<string, number> => sumBy(metrics, name, application, 'node');
  const reached = sums('millrace_processor_node_process_records_total');
  const written = sums('millrace_sink_records_total');
  const errors = ['deserialization', 'processing', 'production'].map((step) => sums(`millrace_${step}_errors_total`));
  const dropped = sums('millrace_dropped_records_total');
  const pending = sums('millrace_sink_pending_records');
  return nodesOf(topology).map(({ kind, name }) => ({
    application,
    instanceId,
    node: name,
    records: (kind === 'connector' ? written : reached).get(name) ?? 0,
    errors: errors.reduce((sum, each) => sum + (each.get(name) ?? 0), 0),
    dropped: dropped.get(name) ?? 0,
    latencySeconds: medians.get(name),
    pending: pending.get(name) ?? 0,
  }));
}

function nodesOf({ subTopologies, globalStores }: BuiltTopology): readonly TopologyNode[] {
  return [
    ...subTopologies.flatMap(({ nodes }) => nodes),
    ...globalStores.flatMap(({ source, processor }) => [source, processor]),
  ];
}
