import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SortedRows } from '../../../src/state/memory/sorted-rows.js';

const row = (sortKey: string, value = '') => ({ sortKey, mapKey: sortKey, value });
const keys = (walk: Iterable<{ sortKey: string }>): string[] => [...walk].map(({ sortKey }) => sortKey);
const text = fc.string({ unit: 'binary-ascii', maxLength: 4 });

describe('sorted rows', () => {
  it('hold what was set and not deleted, in order, whatever the order of the changes', () => {
    const changes = fc.array(fc.record({ key: text, remove: fc.boolean() }), { maxLength: 1_500 });
    fc.assert(
      fc.property(fc.array(text), changes, (initial, all) => {
        const rows = new SortedRows([...new Set(initial)].map((key) => row(key)));
        const model = new Set(initial);
        for (const { key, remove } of all) {
          if (remove) rows.delete(key);
          else rows.set(row(key));
          if (remove) model.delete(key);
          else model.add(key);
        }
        const expected = [...model].sort();
        expect(keys(rows.snapshot().range('', undefined, false))).toEqual(expected);
        expect(keys(rows.snapshot().range('', undefined, true))).toEqual(expected.reverse());
      }),
      { numRuns: 30 },
    );
  });

  it('give the rows from one key up to, not including, another', () => {
    fc.assert(
      fc.property(fc.uniqueArray(text, { maxLength: 600 }), text, text, (all, from, to) => {
        const snapshot = new SortedRows(all.map((key) => row(key))).snapshot();
        const expected = all.filter((key) => key >= from && key < to).sort();
        expect(keys(snapshot.range(from, to, false))).toEqual(expected);
        expect(keys(snapshot.range(from, to, true))).toEqual(expected.reverse());
      }),
      { numRuns: 100 },
    );
  });

  it('show in a snapshot nothing that is changed after it', () => {
    const rows = new SortedRows(Array.from({ length: 1_000 }, (_, at) => row(String(10_000 + at), 'old')));
    const snapshot = rows.snapshot();
    for (let at = 0; at < 1_000; at += 3) rows.set(row(String(10_000 + at), 'new'));
    for (let at = 1; at < 1_000; at += 3) rows.delete(String(10_000 + at));
    for (let at = 0; at < 1_000; at++) rows.set(row(String(20_000 + at), 'new'));
    const seen = [...snapshot.range('', undefined, false)];
    expect(seen).toHaveLength(1_000);
    expect(seen.every(({ value }) => value === 'old')).toBe(true);
    expect(keys(rows.snapshot().range('', undefined, false))).toHaveLength(1_667);
  });
});
