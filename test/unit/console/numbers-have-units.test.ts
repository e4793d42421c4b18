import { describe, expect, it } from '@jest/globals';
import { nodeLabel, shortened } from '../../../src/console/page/format/node-label.js';
import {
  counted,
  formatBytes,
  formatCount,
  formatRate,
  formatShare,
} from '../../../src/console/page/format/numbers.js';
import { formatSpan, fromLocalInput } from '../../../src/console/page/format/time.js';

describe('numbers of the console', () => {
  it.each([
    [formatCount(0), '0'],
    [formatCount(12_345), '12,345'],
    [formatCount(1_234_567), '1.23M'],
    [formatRate(0), '0/s'],
    [formatRate(0.254), '0.25/s'],
    [formatRate(12.34), '12.3/s'],
    [formatRate(999.9), '1k/s'],
    [formatRate(1_048), '1.05k/s'],
    [formatRate(2_300_000), '2.3M/s'],
    [formatBytes(289_000_000), '289 MB'],
    [formatBytes(12), '12 B'],
    [formatShare(0.294), '29 %'],
    [formatShare(0.034), '3.4 %'],
    [formatSpan(4), '4 ms'],
    [formatSpan(1_500), '1.5 s'],
    [formatSpan(180_000), '3 min'],
    [formatSpan(9_000_000), '2.5 h'],
    [formatSpan(7 * 86_400_000), '7 d'],
    [counted(1, 'task'), '1 task'],
    [counted(20, 'task'), '20 tasks'],
  ])('%s', (text, expected) => {
    expect(text).toBe(expected);
  });

  it('are a dash where nothing is known', () => {
    expect([formatCount(undefined), formatRate(NaN), formatBytes(undefined), formatSpan(undefined)]).toEqual(Array(4).fill('–')); // prettier-ignore
  });
});

describe('names of nodes', () => {
  it.each([
    ['KSTREAM-KEY-SELECT-0000000002', 'key select', '#2'],
    ['KTABLE-TOSTREAM-0000000010', 'tostream', '#10'],
    ['KSTREAM-BRANCH-0000000029enriched', 'branch enriched', '#29'],
    ['seen-transactions-repartition-sink', 'seen-transactions-repartition-sink', ''],
  ])('%s is shown as "%s" %s', (name, title, number) => {
    expect(nodeLabel(name)).toEqual({ title, number });
  });

  it('lose their middle where they are too long', () => {
    expect(shortened('seen-transactions-repartition-sink', 15)).toBe('seen-tra…n-sink');
    expect(shortened('short', 15)).toBe('short');
  });
});

describe('a time that is typed', () => {
  it('is local, and sent as ISO 8601', () => {
    const typed = '2026-11-28T05:12:03';
    expect(fromLocalInput(typed)).toBe(new Date(typed).toISOString());
    expect([fromLocalInput(''), fromLocalInput('soon')]).toEqual([undefined, undefined]);
  });
});
