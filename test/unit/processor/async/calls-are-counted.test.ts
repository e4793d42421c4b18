import { expect, it } from '@jest/globals';
import { createPrometheusMetrics } from '../../../../src/observability/prometheus-metrics.js';
import { Mapped } from './mapped.js';

it('shows what waits, what is under way, and what has failed', async () => {
  const metrics = createPrometheusMetrics({ processMetrics: false });
  const circuitBreaker = { failures: 1, openFor: 1_000 };
  const mapped = await Mapped.start({ concurrency: 2, circuitBreaker, retry: { attempts: 2 } }, { metrics });
  const shown = async (name: string): Promise<number> => {
    const line = new RegExp(`^millrace_async_${name}{.*} (\\d+)$`, 'm').exec(await metrics.exposition());
    return Number(line?.[1]);
  };
  await mapped.input.pipeAll([['a', '1'], ['b', '2'], ['c', '3']]); // prettier-ignore
  expect([await shown('in_flight'), await shown('pending_records'), await shown('circuit_open')]).toEqual([2, 3, 0]);
  await mapped.answer('1', new Error('down'));
  await mapped.answer('2');
  expect([await shown('in_flight'), await shown('pending_records'), await shown('circuit_open')]).toEqual([1, 2, 0]);
  await mapped.answer('3', new Error('down'));
  expect([await shown('calls_total'), await shown('retries_total'), await shown('circuit_open')]).toEqual([3, 2, 1]);
});
