import { describe, expect, it } from '@jest/globals';
import { generate } from '../../../src/connect/generator/generate.js';
import { defineGenerator } from '../../../src/connect/generator/generator.js';

const dice = defineGenerator({
  topics: ['rolls'],
  ratePerSecond: 10,
  options: { sides: { default: 6, description: 'sides of the die' } },
  next: ({ index, timestampMs, random, options }) => ({
    topic: 'rolls',
    key: String(index),
    value: { roll: 1 + Math.floor(random.next() * options.sides), at: timestampMs },
  }),
});

describe('a generator', () => {
  it('gives the same records for the same seed, count and start', () => {
    const run = () => [...generate(dice, { seed: 7, count: 100, startMs: 5 })];
    expect(run()).toEqual(run());
    expect(run()).not.toEqual([...generate(dice, { seed: 8, count: 100, startMs: 5 })]);
  });

  it('spaces event time by its own rate, unless told otherwise', () => {
    const times = (stepMs?: number) =>
      [...generate(dice, { seed: 1, count: 3, startMs: 1_000, stepMs })].map(
        ({ value }) => (value as { at: number }).at,
      );
    expect(times()).toEqual([1_000, 1_100, 1_200]);
    expect(times(1)).toEqual([1_000, 1_001, 1_002]);
  });

  it('may make several records in a step, which count one by one', () => {
    const pairs = defineGenerator({
      ...dice,
      next({ index, timestampMs }) {
        const record = { key: String(index), value: { at: timestampMs } };
        return [
          { topic: 'rolls', ...record },
          { topic: 'again', ...record },
        ];
      },
    });
    const records = [...generate(pairs, { seed: 1, count: 5, startMs: 0 })];
    expect(records.map(({ topic }) => topic)).toEqual(['rolls', 'again', 'rolls', 'again', 'rolls']);
    expect(records.map(({ key, value }) => [key, (value as { at: number }).at])).toEqual([
      ['0', 0],
      ['0', 0],
      ['2', 200],
      ['2', 200],
      ['4', 400],
    ]);
  });

  it('takes options over their defaults, and refuses those it does not have', () => {
    const records = [...generate(dice, { seed: 1, count: 20, startMs: 0, options: { sides: 1 } })];
    expect(records.every(({ value }) => (value as { roll: number }).roll === 1)).toBe(true);
    expect(() => [...generate(dice, { seed: 1, count: 1, startMs: 0, options: { faces: 2 } })]).toThrow('"faces"');
  });
});
