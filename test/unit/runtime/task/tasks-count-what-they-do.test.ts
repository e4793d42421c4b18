import { describe, expect, it } from '@jest/globals';
import { createPrometheusMetrics } from '../../../../src/observability/prometheus-metrics.js';
import { string } from '../../../../src/serde/index.js';
import { Topology } from '../../../../src/topology/topology.js';
import type { ErrorPolicies } from '../../../../src/runtime/task/error-policy.js';
import { runTask, type RunningTask } from './run-task.js';

const text = { key: string(), value: string() };

/** A task that has processed `values`, and its metrics; the value `bad` fails, a null key is dropped. */
async function counted(values: readonly string[], errorPolicies?: ErrorPolicies): Promise<[string, RunningTask]> {
  const metrics = createPrometheusMetrics({ processMetrics: false });
  const topology = new Topology()
    .addSource('source', { topics: 'in', ...text })
    .addProcessor(
      'check',
      () => ({
        init: (context) => {
          context.schedule(1, 'streamTime', () => undefined);
          context.dropped('null-key');
        },
        process: ({ value }) => {
          if (value === 'bad') throw new RangeError('bad value');
        },
      }),
      { parents: 'source' },
    )
    .addSink('sink', { topic: 'out', ...text, parents: 'source' });
  const running = await runTask(topology, { inputs: ['in'], errorPolicies, metrics });
  for (const value of values) running.add('in', 0, value, 'k');
  await running.run();
  return [await metrics.exposition(), running];
}

describe('a task counts', () => {
  it.each([
    'millrace_task_process_records_total{application="app",task="0_0"} 3',
    'millrace_task_process_latency_seconds_count{application="app",task="0_0"} 1',
    'millrace_task_punctuate_total{application="app",task="0_0"} 1',
    'millrace_processor_node_process_records_total{application="app",task="0_0",node="check"} 3',
    'millrace_topic_consumed_records_total{application="app",task="0_0",topic="in"} 3',
    'millrace_topic_produced_bytes_total{application="app",task="0_0",topic="out"} 8',
    'millrace_dropped_records_total{application="app",task="0_0",node="check",reason="null-key"} 1',
    'millrace_dropped_records_total{application="app",task="0_0",node="check",reason="processing"} 1',
    'millrace_processing_errors_total{application="app",task="0_0",node="check"} 1',
    'millrace_record_e2e_latency_seconds_count{application="app",task="0_0",node="sink"} 1',
    'millrace_task_input_buffer_records{application="app",task="0_0"} 0',
  ])('%s', async (line) => {
    const [exposition] = await counted(['a', 'bad', 'b'], { processing: 'skip' });
    expect(exposition.split('\n')).toContain(line);
  });

  it('nothing any more once it is closed', async () => {
    const metrics = createPrometheusMetrics({ processMetrics: false });
    const topology = new Topology().addSource('source', { topics: 'in', ...text });
    const { task } = await runTask(topology, { inputs: ['in'], metrics });
    task.close();
    expect(await metrics.exposition()).not.toContain('task="0_0"');
  });
});
