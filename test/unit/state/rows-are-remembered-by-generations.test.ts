import { describe, expect, it } from '@jest/globals';
import { RememberedRows } from '../../../src/state/window/remembered-rows.js';

const remembered = (count: number): RememberedRows => {
  const rows = new RememberedRows();
  for (let row = 0; row < count; row++) rows.add(`row ${row}`, row);
  return rows;
};

describe('the rows that left the record cache last', () => {
  it('are the last 4,096 at least, and twice as many at most', () => {
    const rows = remembered(10_000);
    const known = Array.from({ length: 10_000 }, (_, row) => rows.has(`row ${row}`));
    expect(known.slice(-4_096)).not.toContain(false);
    expect(known.slice(0, -8_192)).not.toContain(true);
    expect([...rows.keys()]).toHaveLength(known.filter(Boolean).length);
  });

  it('tell the earliest of their times, until it has been forgotten', () => {
    expect(new RememberedRows().oldestMs).toBe(Infinity);
    expect(remembered(5_000).oldestMs).toBe(0);
    expect(remembered(10_000).oldestMs).toBe(4_096);
  });

  it('are none after an abort', () => {
    const rows = remembered(5_000);
    rows.clear();
    expect([rows.has('row 0'), rows.has('row 4999'), rows.oldestMs]).toEqual([false, false, Infinity]);
  });
});
