import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { firstWindowStart, hopping, type TimeWindows } from '../../../src/processor/window/windows.js';

/** The starts of a time's windows, as the aggregation walks them. */
function startsOf(windows: TimeWindows, timestamp: number): number[] {
  const starts: number[] = [];
  for (let start = firstWindowStart(windows, timestamp); start <= timestamp; start += windows.advanceMs)
    starts.push(start);
  return starts;
}

const windowsAndTime = fc
  .record({
    size: fc.integer({ min: 1, max: 1_000 }),
    advance: fc.integer({ min: 1, max: 1_000 }),
    time: fc.nat(100_000),
  })
  .filter(({ size, advance }) => advance <= size);

describe('the windows of a time', () => {
  it('all hold it, begin at a multiple of the advance, and none is left out', () => {
    fc.assert(
      fc.property(windowsAndTime, ({ size, advance, time }) => {
        const windows = hopping(size, { advance });
        const expected = Array.from({ length: Math.floor(time / advance) + 1 }, (_, i) => i * advance);
        expect(startsOf(windows, time)).toEqual(expected.filter((start) => start + size > time));
      }),
    );
  });
});
