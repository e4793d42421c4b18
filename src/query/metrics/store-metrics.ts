import type { ReadableMetrics, Sample } from '../../observability/metrics.js';
import type { StoreDefinition } from '../../state/store.js';
import type { BuiltTopology } from '../../topology/node.js';
import type { StoreMetrics } from '../gen/millrace/query/v1/topology_service.js';
import type { Instance } from './instance.js';
import { sumBy } from './sum-by.js';

/** What each store holds here, and how far its restore is. */
export function storeMetrics(
  metrics: ReadableMetrics,
  { application, instanceId, topology }: Instance,
): StoreMetrics[] {
  const entries = sumBy(metrics, 'millrace_store_entries', application, 'store');
  const remaining = sumBy(metrics, 'millrace_restore_remaining_records', application, 'store');
  const restored = restoredNow(metrics, application);
  return [...definitionsOf(topology).values()].map(({ name, kind }) => ({
    application,
    instanceId,
    store: name,
    entries: kind === 'keyValue' ? (entries.get(name) ?? 0) : undefined, // the others keep no count
    restoreRemaining: remaining.get(name) ?? 0,
    restored: restored.get(name) ?? 0,
  }));
}

function definitionsOf({ subTopologies, globalStores }: BuiltTopology): ReadonlyMap<string, StoreDefinition> {
  const definitions = [...subTopologies.flatMap(({ stores }) => stores), ...globalStores.map(({ store }) => store)];
  return new Map(definitions.map((definition) => [definition.name, definition]));
}

/** Changelog records that tasks have applied whose restore is under way, by store. */
function restoredNow(metrics: ReadableMetrics, application: string): ReadonlyMap<string, number> {
  const placeOf = ({ labels: { task, store } }: Sample): string => `${String(task)} ${String(store)}`;
  const ofApplication = (name: string): Sample[] =>
    metrics.read(name).filter(({ labels }) => labels.application === application);
  const underWay = ofApplication('millrace_restore_remaining_records').filter(({ value }) => value > 0);
  const restoring = new Set(underWay.map(placeOf));
  const restored = new Map<string, number>();
  for (const sample of ofApplication('millrace_restore_records_total')) {
    const { store = '' } = sample.labels;
    if (restoring.has(placeOf(sample))) restored.set(store, (restored.get(store) ?? 0) + sample.value);
  }
  return restored;
}
