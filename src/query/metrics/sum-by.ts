import type { ReadableMetrics } from '../../observability/metrics.js';

/** The series of a metric that belong to an application, summed over its tasks, by the value of a label. */
export function sumBy(
  metrics: ReadableMetrics,
  name: string,
  application: string,
  label: string,
): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const { labels, value } of metrics.read(name)) {
    const of = labels[label];
    if (labels.application === application && of !== undefined) sums.set(of, (sums.get(of) ?? 0) + value);
  }
  return sums;
}

/** All series of a metric that belong to an application, summed. */
export function sumOf(metrics: ReadableMetrics, name: string, application: string): number {
  return sumBy(metrics, name, application, 'application').get(application) ?? 0;
}
