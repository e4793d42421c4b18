/**
 * The median of what buckets count, taken as spread evenly over its bucket; beyond the last bound, that bound. Undefined of
 * nothing.
 * @param bounds upper bounds, ascending
 * @param counts of each bucket, and of what is beyond the last
 */
export function medianOf(bounds: readonly number[], counts: readonly number[]): number | undefined {
  const half = counts.reduce((sum, count) => sum + count, 0) / 2;
  if (half === 0) return undefined;
  let below = 0;
  for (const [bucket, count] of counts.entries()) {
    const lower = bounds[bucket - 1] ?? 0;
    const upper = bounds[bucket] ?? lower;
    if (below + count >= half) return lower + ((upper - lower) * (half - below)) / count;
    below += count;
  }
  return undefined;
}
