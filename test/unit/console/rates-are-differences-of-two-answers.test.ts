import { describe, expect, it } from '@jest/globals';
import type { MetricsMessage } from '../../../src/console/page/api/messages.js';
import { figuresBetween, partOf } from '../../../src/console/page/live/figures.js';
import { SampleWindow } from '../../../src/console/page/live/sample-window.js';

const START = Date.parse('2026-01-01T00:00:00Z');

/** What an instance answers, `second` seconds after it started. */
function answer(second: number, records: number, startTime = 'a', instanceId = 'i'): MetricsMessage {
  const of = { application: 'app', instanceId };
  const observeTime = new Date(START + second * 1_000).toISOString();
  return {
    nodes: [{ ...of, node: 'n', records }],
    instances: [{ ...of, startTime, observeTime, cpuSeconds: second / 4 }],
  };
}

const rate = (before: MetricsMessage | undefined, now: MetricsMessage): number | undefined =>
  figuresBetween(before, now).nodes.get(partOf('app', 'n'))?.recordsPerSecond;

describe('a rate', () => {
  it('is what was counted between two answers, by the time of the instance', () => {
    expect(rate(answer(10, 100), answer(14, 300))).toBe(50);
  });

  it('is not known from one answer, and the count is', () => {
    const { nodes } = figuresBetween(undefined, answer(10, 100));
    expect(nodes.get(partOf('app', 'n'))).toMatchObject({ records: 100, recordsPerSecond: undefined });
  });

  it('is not known over a restart, whether counts fell or not', () => {
    expect(rate(answer(10, 100), answer(1, 5, 'b'))).toBeUndefined();
    expect(rate(answer(10, 100), answer(20, 500, 'b'))).toBeUndefined();
    expect(rate(answer(10, 100), answer(20, 50))).toBeUndefined();
  });

  it('is the sum over the instances for which it is known', () => {
    const both = (second: number, left: number, right: number): MetricsMessage => {
      const [a, b] = [answer(second, left), answer(second, right, 'a', 'j')];
      return { nodes: [...a.nodes!, ...b.nodes!], instances: [...a.instances!, ...b.instances!] };
    };
    expect(rate(both(0, 0, 0), both(2, 20, 60))).toBe(40);
    expect(rate(answer(0, 0), both(2, 20, 60))).toBe(10);
  });

  it('is taken over the last seconds, and not over a time without answers', () => {
    const window = new SampleWindow(5_000);
    const add = (second: number, records: number): number | undefined =>
      window.add(START + second * 1_000, answer(second, records)).nodes.get(partOf('app', 'n'))?.recordsPerSecond;
    expect([add(0, 0), add(1, 100), add(2, 100)]).toEqual([undefined, 100, 50]);
    for (let second = 3; second <= 7; second++) add(second, 100);
    expect(add(8, 150)).toBe(10);
    window.clear();
    expect(add(60, 200)).toBeUndefined();
  });

  it('is CPU seconds per second, of an instance', () => {
    expect(figuresBetween(answer(10, 0), answer(14, 0)).instances[0]?.cpu).toBe(0.25);
  });
});
