import { describe, expect, it } from '@jest/globals';
import { createPrometheusMetrics } from '../../../src/observability/prometheus-metrics.js';

const metrics = () => createPrometheusMetrics({ processMetrics: false });

describe('what is counted is exposed', () => {
  it('gives one series per set of labels, whatever their order', async () => {
    const registry = metrics();
    registry.counter('millrace_dropped_records_total', { application: 'sales', reason: 'late' }).value += 2;
    registry.counter('millrace_dropped_records_total', { reason: 'late', application: 'sales' }).value += 1;
    expect(await registry.exposition()).toContain(
      'millrace_dropped_records_total{application="sales",reason="late"} 3',
    );
  });

  it('adds buckets up to the value, sum and count', async () => {
    const registry = metrics();
    const latency = registry.histogram('millrace_commit_latency_seconds', { application: 'sales' });
    for (const seconds of [0.001, 0.02, 99]) latency.observe(seconds);
    const text = await registry.exposition();
    expect(text).toContain('millrace_commit_latency_seconds_bucket{application="sales",le="0.001"} 1');
    expect(text).toContain('millrace_commit_latency_seconds_bucket{application="sales",le="0.025"} 2');
    expect(text).toContain('millrace_commit_latency_seconds_bucket{application="sales",le="+Inf"} 3');
    expect(text).toContain('millrace_commit_latency_seconds_count{application="sales"} 3');
    expect(text).toContain('# TYPE millrace_commit_latency_seconds histogram');
  });

  it('reads a gauge at each scrape until it is removed', async () => {
    const registry = metrics();
    let lag = 7;
    const remove = registry.gauge('millrace_consumer_lag_records', { topic: 't' }, () => lag);
    lag = 8;
    expect(await registry.exposition()).toContain('millrace_consumer_lag_records{topic="t"} 8');
    remove();
    expect(await registry.exposition()).not.toContain('millrace_consumer_lag_records{');
  });

  it('drops every series of a task that moved away', async () => {
    const registry = metrics();
    registry.counter('millrace_task_process_records_total', { application: 'a', task: '0_0' }).value = 1;
    registry.counter('millrace_task_process_records_total', { application: 'a', task: '0_1' }).value = 1;
    registry.remove({ task: '0_0' });
    expect((await registry.exposition()).match(/task="0_\d"/g)).toEqual(['task="0_1"']);
  });

  it('refuses a name that is not in the list', () => {
    expect(() => metrics().counter('millrace_unheard_of_total')).toThrow('not a counter in');
  });

  it('shows the process and its event loop by default', async () => {
    const text = await createPrometheusMetrics().exposition();
    expect(text).toContain('nodejs_eventloop_lag_p99_seconds');
    expect(text).toContain('process_resident_memory_bytes');
  });
});
