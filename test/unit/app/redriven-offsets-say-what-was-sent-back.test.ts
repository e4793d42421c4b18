import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RedrivenOffsets } from '../../../src/app/dead-letters/redriven-offsets.js';

/** Offsets of records, with gaps, and for each round which of them are sent back. */
const rounds = fc.record({
  gaps: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 40 }),
  chosen: fc.array(fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), { maxLength: 3 }),
});

describe('redriven offsets', () => {
  it('are the records that were added, through every commit', () => {
    fc.assert(
      fc.property(rounds, ({ gaps, chosen }) => {
        let at = -1;
        const offsets = gaps.map((gap) => (at += gap));
        const sent = new Set<number>();
        let redriven = new RedrivenOffsets(undefined);
        for (const round of chosen) {
          offsets.forEach((offset, index) => {
            if (!round[index] || redriven.has(offset)) return;
            redriven.add((offsets[index - 1] ?? -1) + 1, offset);
            sent.add(offset);
          });
          redriven = new RedrivenOffsets(redriven.encode());
        }
        expect(offsets.filter((offset) => redriven.has(offset))).toEqual(offsets.filter((offset) => sent.has(offset)));
      }),
    );
  });

  it('are one offset when every record was sent back, whatever lies between them', () => {
    const redriven = new RedrivenOffsets(undefined);
    redriven.add(0, 4);
    redriven.add(5, 9);
    expect(redriven.encode()).toEqual({ offset: 10, metadata: '' });
  });

  it('are refused when they fit into no committed offset', () => {
    const redriven = new RedrivenOffsets(undefined);
    for (let offset = 1; offset < 4_000; offset += 2) redriven.add(offset, offset);
    expect(() => redriven.encode()).toThrow(expect.objectContaining({ code: 'REDRIVE_TOO_SCATTERED' }));
  });
});
