import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { lineDifferences } from '../../../../src/app/schemas/line-differences.js';

const lines = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });

describe('the differences of lines', () => {
  it('lead from one text to the other', () => {
    fc.assert(
      fc.property(lines, lines, (from, to) => {
        const found = lineDifferences(from, to);
        const removed = found.flatMap((each) => each.from ?? []);
        const added = found.flatMap((each) => each.to ?? []);
        expect([...from, ...added].toSorted()).toEqual([...to, ...removed].toSorted());
      }),
    );
  });

  it('are as few as can be', () => {
    expect(lineDifferences(['a', 'b', 'c'], ['a', 'x', 'c']).map(({ change }) => change)).toEqual([
      'line removed',
      'line added',
    ]);
    expect(lineDifferences(['a', 'b', 'c'], ['a', 'b', 'c'])).toEqual([]);
  });
});
