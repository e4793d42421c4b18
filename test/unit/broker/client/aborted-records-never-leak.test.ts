import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type BatchOutcome, committedBatches } from '../../../../src/broker/client/read-committed.js';

const batch = (producerId: bigint, lastOffset: number): BatchOutcome => ({
  ...{ producerId, lastOffset, transactional: true, control: false, controlType: undefined },
});
const marker = (producerId: bigint, lastOffset: number, controlType: 'abort' | 'commit'): BatchOutcome => ({
  ...batch(producerId, lastOffset),
  control: true,
  controlType,
});
const kept = (aborted: Parameters<typeof committedBatches>[0], log: readonly BatchOutcome[]): number[] => {
  const keep = committedBatches(aborted) ?? (() => true);
  return log.filter((one) => keep(one) && !one.control).map(({ lastOffset }) => lastOffset);
};

describe('records of aborted transactions', () => {
  it('are hidden from the first offset of their transaction to its marker, and not beyond', () => {
    const log = [batch(1n, 0), batch(1n, 1), marker(1n, 2, 'abort'), batch(1n, 3), marker(1n, 4, 'commit')];
    expect(kept([{ producerId: 1n, firstOffset: 0 }], log)).toEqual([3]);
  });

  it('are hidden when the list of the answer is not sorted and begins below the fetched offset', () => {
    const log = [batch(2n, 10), batch(1n, 11), marker(2n, 12, 'abort'), batch(2n, 13), marker(1n, 14, 'abort')];
    const aborted = [
      { producerId: 1n, firstOffset: 11 },
      { producerId: 2n, firstOffset: 3 },
    ];
    expect(kept(aborted, log)).toEqual([13]);
  });

  it('are hidden twice for a producer that aborts twice in one answer', () => {
    const log = [batch(1n, 0), marker(1n, 1, 'abort'), batch(1n, 2), marker(1n, 3, 'abort'), batch(1n, 4)];
    const aborted = [
      { producerId: 1n, firstOffset: 2 },
      { producerId: 1n, firstOffset: 0 },
    ];
    expect(kept(aborted, log)).toEqual([4]);
  });

  it('do not hide what a producer without a transaction wrote', () => {
    const plain = { ...batch(1n, 1), transactional: false };
    expect(kept([{ producerId: 1n, firstOffset: 0 }], [batch(1n, 0), plain])).toEqual([1]);
  });

  it('are told apart however the transactions of several producers interleave', () => {
    const step = fc.record({ producer: fc.integer({ min: 0, max: 3 }), end: fc.constantFrom(null, 'abort', 'commit') });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer(), (steps, seed) => {
        const open = new Map<number, number[]>();
        const aborted: { producerId: bigint; firstOffset: number }[] = [];
        const committed: number[] = [];
        const log = steps.map(({ producer, end }, offset) => {
          const records = open.get(producer) ?? [];
          if (end === null) {
            open.set(producer, [...records, offset]);
            return batch(BigInt(producer), offset);
          }
          if (end === 'commit') committed.push(...records);
          else if (records.length > 0) aborted.push({ producerId: BigInt(producer), firstOffset: records[0]! });
          open.delete(producer);
          return marker(BigInt(producer), offset, end);
        });
        const pending = [...open.values()].flat();
        const stable = log.slice(0, pending.length === 0 ? log.length : Math.min(...pending));
        aborted.sort((a, b) => ((a.firstOffset * 31 + seed) % 7) - ((b.firstOffset * 31 + seed) % 7));
        expect(kept(aborted, stable)).toEqual(
          committed.filter((offset) => offset < stable.length).sort((a, b) => a - b),
        );
      }),
    );
  });
});
