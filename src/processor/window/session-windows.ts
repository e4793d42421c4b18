import { TopologyError } from '../../topology/topology-error.js';
import { toMillis, type Duration } from '../../util/time.js';
import type { Grace } from './windows.js';

/** Windows that last as long as records of a key come within `gapMs` of each other. */
export interface SessionWindows {
  readonly kind: 'session';
  readonly gapMs: number;
  readonly graceMs: number;
}

/**
 * Sessions that end when a key has been silent for longer than `gap`: `sessions('5m', { grace: '10s' })`.
 * @throws TopologyError `INVALID_WINDOW`
 */
export function sessions(gap: Duration, { grace = 0 }: Grace = {}): SessionWindows {
  const gapMs = toMillis(gap);
  const graceMs = toMillis(grace);
  if (gapMs < 0) throw new TopologyError('INVALID_WINDOW', 'Gap time cannot be negative.');
  if (graceMs < 0) throw new TopologyError('INVALID_WINDOW', 'Grace period must not be negative.');
  return Object.freeze({ kind: 'session', gapMs, graceMs });
}
