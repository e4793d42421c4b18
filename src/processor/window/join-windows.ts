import { TopologyError } from '../../topology/topology-error.js';
import { toMillis, type Duration } from '../../util/time.js';
import type { Grace } from './windows.js';

/** How far apart two records may be to be joined, as seen from the left one: Kafka Streams' `JoinWindows`. */
export interface JoinWindows {
  readonly kind: 'join';
  /** How much earlier the right record may be. */
  readonly beforeMs: number;
  /** How much later it may be. */
  readonly afterMs: number;
  readonly graceMs: number;
}

/** Bounds of {@link within} that differ from its time. Negative ones are on the other side of the left record. */
export interface JoinBounds extends Grace {
  readonly before?: Duration;
  readonly after?: Duration;
}

/**
 * Records at most `difference` apart: `within('5m', { grace: '1m' })`, or with other bounds before or after the left record:
 * `within('5m', { before: 0 })`. Kafka Streams' `JoinWindows.ofTimeDifferenceAndGrace`.
 * @throws TopologyError `INVALID_WINDOW`
 */
export function within(difference: Duration, { before, after, grace = 0 }: JoinBounds = {}): JoinWindows {
  const beforeMs = toMillis(before ?? difference);
  const afterMs = toMillis(after ?? difference);
  const graceMs = toMillis(grace);
  if (beforeMs + afterMs < 0) {
    throw new TopologyError('INVALID_WINDOW', 'Window interval (ie, beforeMs+afterMs) must not be negative.');
  }
  if (graceMs < 0) throw new TopologyError('INVALID_WINDOW', 'Grace period must not be negative.');
  return Object.freeze({ kind: 'join', beforeMs, afterMs, graceMs });
}

/** How long a record can find others: the size of the window. */
export function joinWindowSizeMs({ beforeMs, afterMs }: JoinWindows): number {
  return beforeMs + afterMs;
}
