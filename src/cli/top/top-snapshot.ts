import type {
  GetMetricsResponse,
  InstanceMetrics,
  NodeMetrics,
  StoreMetrics,
} from '../../query/gen/millrace/query/v1/topology_service.js';
import { fromTimestamp } from '../../query/timestamps.js';

/** One instance of an application. */
export interface TopInstance {
  readonly instance: string;
  readonly state: string;
  /** Of one core; undefined before there is a second look. */
  readonly cpu_percent: number | undefined;
  readonly resident_bytes: number;
  /** Records read here and not yet committed. */
  readonly lag: number;
  readonly failure: string;
}

/** One node, over all instances. */
export interface TopNode {
  readonly node: string;
  /** Since the last look, at first since the instances started. */
  readonly records_per_second: number;
  readonly records: number;
  readonly errors: number;
  readonly dropped: number;
  /** The largest of the instances' medians; undefined where it is not measured. */
  readonly latency_seconds: number | undefined;
  readonly pending: number;
}

/** One store, over all instances. */
export interface TopStore {
  readonly store: string;
  readonly entries: number | undefined;
  readonly restored: number;
  readonly restore_remaining: number;
}

/** One application, as it is drawn. */
export interface TopApplication {
  readonly application: string;
  readonly lag: number;
  readonly instances: readonly TopInstance[];
  /** In the order of the graph. */
  readonly nodes: readonly TopNode[];
  readonly stores: readonly TopStore[];
}

/** What `millrace top` shows of two answers, the earlier of which may be missing. */
export function topSnapshot(now: GetMetricsResponse, before: GetMetricsResponse | undefined): TopApplication[] {
  const ids = [...new Set(now.instances.map(({ application }) => application))].sort();
  return ids.map((application) =>
    ofApplication(only(now, application), before && only(before, application), application),
  );
}

function ofApplication(
  now: GetMetricsResponse,
  before: GetMetricsResponse | undefined,
  application: string,
): TopApplication {
  const earlier = new Map(before?.instances.map((instance) => [instance.instanceId, instance]));
  const instances = now.instances.map((instance) => toInstance(instance, sameRun(instance, earlier), now));
  const lag = instances.reduce((sum, instance) => sum + instance.lag, 0);
  return { application, lag, instances, nodes: toNodes(now, before, earlier), stores: toStores(now.stores) };
}

function only(metrics: GetMetricsResponse, id: string): GetMetricsResponse {
  const ofId = <T extends { readonly application: string }>(all: readonly T[]): T[] =>
    all.filter(({ application }) => application === id);
  const { nodes, stores, topics, instances } = metrics;
  return { nodes: ofId(nodes), stores: ofId(stores), topics: ofId(topics), instances: ofId(instances) };
}

function toInstance(
  now: InstanceMetrics,
  before: InstanceMetrics | undefined,
  { topics }: GetMetricsResponse,
): TopInstance {
  const own = topics.filter(({ instanceId }) => instanceId === now.instanceId);
  const percent = before && (100 * (now.cpuSeconds - before.cpuSeconds)) / secondsBetween(before, now);
  return {
    instance: now.instanceId,
    state: now.state,
    cpu_percent: percent === undefined ? undefined : Math.round(percent),
    resident_bytes: now.residentBytes,
    lag: own.reduce((sum, { lag }) => sum + lag, 0),
    failure: now.failure,
  };
}

/** The instance as it was, unless its process has started anew since. */
function sameRun(now: InstanceMetrics, earlier: ReadonlyMap<string, InstanceMetrics>): InstanceMetrics | undefined {
  const before = earlier.get(now.instanceId);
  const startOf = ({ startTime }: InstanceMetrics): number => fromTimestamp(startTime, 0);
  return before && Math.abs(startOf(before) - startOf(now)) < 1_000 ? before : undefined;
}

function secondsBetween(before: InstanceMetrics, now: InstanceMetrics): number {
  return Math.max(0.001, (fromTimestamp(now.observeTime, 0) - fromTimestamp(before.observeTime, 0)) / 1_000);
}

function toNodes(
  now: GetMetricsResponse,
  before: GetMetricsResponse | undefined,
  earlier: ReadonlyMap<string, InstanceMetrics>,
): TopNode[] {
  const counted = new Map(before?.nodes.map(({ instanceId, node, records }) => [`${instanceId} ${node}`, records]));
  const instances = new Map(now.instances.map((instance) => [instance.instanceId, instance]));
  const rateOf = ({ instanceId, node, records }: NodeMetrics): number => {
    const instance = instances.get(instanceId);
    if (instance === undefined) return 0;
    const same = sameRun(instance, earlier);
    if (same) return (records - (counted.get(`${instanceId} ${node}`) ?? 0)) / secondsBetween(same, instance);
    return records / secondsBetween({ ...instance, observeTime: instance.startTime }, instance);
  };
  return grouped(now.nodes, ({ node }) => node).map(([node, parts]) => {
    const sum = (of: (part: NodeMetrics) => number): number => parts.reduce((total, part) => total + of(part), 0);
    const latencies = parts.flatMap(({ latencySeconds }) => latencySeconds ?? []);
    return {
      node,
      records_per_second: Math.round(sum(rateOf) * 10) / 10,
      records: sum(({ records }) => records),
      errors: sum(({ errors }) => errors),
      dropped: sum(({ dropped }) => dropped),
      latency_seconds: latencies.length === 0 ? undefined : Math.max(...latencies),
      pending: sum(({ pending }) => pending),
    };
  });
}

function toStores(stores: readonly StoreMetrics[]): TopStore[] {
  return grouped(stores, ({ store }) => store).map(([store, parts]) => {
    const entries = parts.flatMap((part) => part.entries ?? []);
    return {
      store,
      entries: entries.length === 0 ? undefined : entries.reduce((sum, count) => sum + count, 0),
      restored: parts.reduce((sum, { restored }) => sum + restored, 0),
      restore_remaining: parts.reduce((sum, { restoreRemaining }) => sum + restoreRemaining, 0),
    };
  });
}

/** In the order in which names come first. */
function grouped<T>(all: readonly T[], nameOf: (each: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const each of all) groups.set(nameOf(each), [...(groups.get(nameOf(each)) ?? []), each]);
  return [...groups];
}
