import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { JavaTreeSet } from '../../../src/topology/java-tree-set.js';

const byNumber = (left: number, right: number): number => left - right;

describe('a set as java.util.TreeSet', () => {
  it('holds each value once, in order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), (numbers) => {
        const set = new JavaTreeSet<number>(byNumber);
        for (const number of numbers) set.add(number);
        expect([...set.values()]).toEqual([...new Set(numbers)].toSorted(byNumber));
      }),
    );
  });

  it('needs few comparisons, also for values in order', () => {
    let comparisons = 0;
    const set = new JavaTreeSet<number>((left, right) => {
      comparisons++;
      return left - right;
    });
    for (let number = 0; number < 1_023; number++) set.add(number);
    comparisons = 0;
    set.add(2_000);
    expect(comparisons).toBeLessThanOrEqual(20);
  });

  // What JDK 17 gives for the same insertions, the order of values turned round after the fourth.
  it('places by its shape when the order changes between insertions', () => {
    let sign = 1;
    const set = new JavaTreeSet<number>((left, right) => sign * (left - right));
    for (const number of [1, 2, 3, 4]) set.add(number);
    sign = -1;
    for (const number of [5, 0]) set.add(number);
    expect([...set.values()]).toEqual([5, 1, 2, 3, 4, 0]);
  });
});
