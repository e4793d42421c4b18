import { TopologyError } from '../../topology/topology-error.js';
import { toMillis, type Duration } from '../../util/time.js';
import type { Grace } from './windows.js';

/** Windows that begin or end at a record, and hold all records at most `differenceMs` apart. */
export interface SlidingWindows {
  readonly kind: 'sliding';
  readonly differenceMs: number;
  readonly graceMs: number;
}

/**
 * Windows over all records at most `difference` apart: `sliding('10s', { grace: '1s' })` (Kafka Streams'
 * `SlidingWindows`). A difference of 0 can be built, but its first record is refused, as in Kafka Streams.
 * @throws TopologyError `INVALID_WINDOW`
 */
export function sliding(difference: Duration, { grace = 0 }: Grace = {}): SlidingWindows {
  const differenceMs = toMillis(difference);
  const graceMs = toMillis(grace);
  if (differenceMs < 0) throw new TopologyError('INVALID_WINDOW', 'Window time difference must not be negative.');
  if (graceMs < 0) throw new TopologyError('INVALID_WINDOW', 'Grace period must not be negative.');
  return Object.freeze({ kind: 'sliding', differenceMs, graceMs });
}
