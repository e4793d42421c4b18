import { collectDefaultMetrics, Registry, type Metric } from 'prom-client';
import { internal } from '../util/errors.js';
import { METRICS, type MetricDefinition } from './metric-names.js';
import { MetricFamily } from './metric-family.js';
import type { Counter, Histogram, Labels, Metrics, ReadableMetrics } from './metrics.js';

/** {@link Metrics} that Prometheus can read. */
export interface PrometheusMetrics extends Metrics, ReadableMetrics {
  /** `Content-Type` of {@link exposition}. */
  readonly contentType: string;
  /** The text of `/metrics`: every series, and the process's own (CPU, memory, event-loop delay). */
  exposition(): Promise<string>;
}

/**
 * Metrics named in metric-names.ts, exposed by prom-client.
 * @param options.processMetrics also the process's CPU, memory, GC and event-loop delay; default true
 */
export function createPrometheusMetrics(options: { readonly processMetrics?: boolean } = {}): PrometheusMetrics {
  const registry = new Registry();
  const families = new Map<string, MetricFamily>();
  if (options.processMetrics ?? true) collectDefaultMetrics({ register: registry });

  const family = (name: string, type: MetricDefinition['type']): MetricFamily => {
    const known = families.get(name);
    const definition = known?.definition ?? METRICS[name];
    if (definition?.type !== type) {
      throw internal('UNKNOWN_METRIC', `"${name}" is not a ${type} in src/observability/metric-names.ts`);
    }
    if (known) return known;
    const made = new MetricFamily(name, definition);
    families.set(name, made);
    // prom-client asks a metric for its name, help, type and values, which a family gives; its type names only its own classes.
    registry.registerMetric(made as unknown as Metric);
    return made;
  };

  return {
    contentType: registry.contentType,
    exposition: () => registry.metrics(),
    counter: (name: string, labels: Labels = {}): Counter => family(name, 'counter').counter(labels),
    gauge: (name, labels, read) => family(name, 'gauge').gauge(labels, read),
    histogram: (name: string, labels: Labels = {}): Histogram => family(name, 'histogram').histogram(labels),
    remove(labels) {
      for (const each of families.values()) each.remove(labels);
    },
    read: (name) => families.get(name)?.read() ?? [],
    readBuckets: (name) => families.get(name)?.readBuckets() ?? [],
  };
}
