import type { ReadRecord } from './test-cluster.js';

/** The values of each key in their order, as one text: a gap or a repeat shows. */
export function countsByKey(records: readonly ReadRecord[]): Record<string, string> {
  const counts: Record<string, string> = {};
  for (const { key, value } of records) {
    if (key !== null) counts[key] = counts[key] === undefined ? String(value) : `${counts[key]} ${String(value)}`;
  }
  return counts;
}

/** What {@link countsByKey} gives when every key was counted from 1 to `count`. */
export function trueCounts(keys: readonly string[], count: number): Record<string, string> {
  const all = Array.from({ length: count }, (_, index) => index + 1).join(' ');
  return Object.fromEntries(keys.map((key) => [key, all]));
}
