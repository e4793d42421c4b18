import { CommittedNumber } from '../committed-number.js';
import type { SessionStoreDefinition, WindowStoreDefinition } from '../store.js';
import type { RememberedRows } from './remembered-rows.js';

/** Least length of a segment, as in Kafka Streams. */
const MIN_SEGMENT_MS = 60_000;

/** Length of the segments of a store: half of its retention, at least a minute. */
export function segmentMsOf(retentionMs: number): number {
  return Math.max(Math.trunc(retentionMs / 2), MIN_SEGMENT_MS);
}

/**
 * When a window store has forgotten a window: reckoned from its observed time, the largest window start put so far. (Of a
 * session store: the largest session end.)
 *
 * - A read skips windows that start at or before observed time - retention. Those that start exactly then are still there
 *   in a store on disk for windows that are emitted when they close.
 * - A put is refused: in memory by that same rule, on disk only when its whole segment has expired. Both as Kafka
 *   Streams' stores do.
 *
 * The observed time belongs to the state: it is committed and aborted with it.
 */
export class WindowExpiry {
  /** Largest window start put so far; -1 before the first put. */
  readonly observed = new CommittedNumber(-1);
  readonly segmentMs: number;
  private readonly retentionMs: number;
  private readonly exact: boolean;
  private readonly shownMs: number;

  constructor(definition: WindowStoreDefinition | SessionStoreDefinition) {
    this.retentionMs = definition.retentionMs;
    this.segmentMs = segmentMsOf(definition.retentionMs);
    this.exact = definition.storage === 'memory';
    const keepsOneMore = definition.kind === 'window' && definition.timeOrdered === true && !this.exact;
    this.shownMs = keepsOneMore ? definition.retentionMs + 1 : definition.retentionMs;
  }

  /** The segment that a window start falls into. */
  segmentOf(startMs: number): number {
    return Math.trunc(startMs / this.segmentMs);
  }

  /** The oldest window start that reads show. */
  get oldestShownMs(): number {
    return Math.max(0, this.observed.current - this.shownMs + 1);
  }

  /** The oldest segment that puts are taken in, as of the last commit; everything below may be deleted. */
  get oldestCommittedSegment(): number {
    return this.segmentOf(this.observed.committed - this.retentionMs);
  }

  /** As {@link oldestCommittedSegment}, for a store that shows remembered rows though they have expired. */
  oldestSegmentBeside({ oldestMs }: RememberedRows): number {
    return Math.min(this.oldestCommittedSegment, this.segmentOf(oldestMs));
  }

  /** The oldest segment that puts are taken in. */
  get oldestLiveSegment(): number {
    return Math.max(0, this.segmentOf(this.observed.current - this.retentionMs));
  }

  isExpired(startMs: number): boolean {
    return startMs <= this.observed.current - this.shownMs;
  }

  /** Takes note of a put; false when it is refused because the window has expired. */
  observe(startMs: number): boolean {
    if (startMs > this.observed.current) this.observed.current = startMs;
    if (this.exact) return !this.isExpired(startMs);
    return this.segmentOf(startMs) >= this.segmentOf(this.observed.current - this.retentionMs);
  }
}
