import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createPrometheusMetrics } from '../../../../src/observability/prometheus-metrics.js';
import { medianOf } from '../../../../src/query/metrics/median.js';
import { RecentMedians } from '../../../../src/query/metrics/recent-medians.js';
import { ManualClock } from '../../../support/manual-clock.js';

const NAME = 'millrace_record_e2e_latency_seconds';

describe('a median of buckets', () => {
  it.each([
    ['lies in its bucket, as far as half of the records', [1, 2, 4], [0, 4, 0, 0], 1.5],
    ['is a bound where half of the records lie below it', [1, 2, 4], [3, 3, 0, 0], 1],
    ['is the last bound where it lies beyond', [1, 2, 4], [0, 0, 0, 9], 4],
    ['of nothing is none', [1, 2, 4], [0, 0, 0, 0], undefined],
  ])('%s', (_, bounds, counts, median) => {
    expect(medianOf(bounds, counts)).toBe(median);
  });

  it('stands in the bucket of the true median', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1 }), (values) => {
        const bounds = [10, 20, 40, 80, 100];
        const counts = bounds.map((bound, i) => values.filter((v) => v <= bound && v > (bounds[i - 1] ?? 0)).length);
        const truth = values.toSorted((a, b) => a - b)[Math.ceil(values.length / 2) - 1]!;
        const bucket = bounds.findIndex((bound) => truth <= bound);
        const median = medianOf(bounds, [...counts, 0])!;
        expect(median).toBeLessThanOrEqual(bounds[bucket]!);
        expect(median).toBeGreaterThan(bounds[bucket - 1] ?? 0);
      }),
    );
  });
});

describe('recent medians', () => {
  it('tell of all at first, then of what came since a look of the last minute', async () => {
    const metrics = createPrometheusMetrics({ processMetrics: false });
    const clock = new ManualClock();
    const ages = metrics.histogram(NAME, { application: 'app', task: '0_0', node: 'out' });
    const medians = new RecentMedians(metrics, NAME, clock);
    for (let i = 0; i < 100; i++) ages.observe(1_000);
    expect(medians.look()('app').get('out')).toBeGreaterThan(300);
    await clock.advance(30_000);
    ages.observe(0.02);
    expect(medians.look()('app').get('out')).toBeLessThan(0.05);
    await clock.advance(90_000);
    expect(medians.look()('app').get('out')).toBeUndefined();
  });
});
