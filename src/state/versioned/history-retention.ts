import { CommittedNumber } from '../committed-number.js';
import type { VersionedStoreDefinition } from '../store.js';

/**
 * How long a versioned store keeps versions, reckoned from its observed time, the largest timestamp put so far. A put below
 * observed time - retention is refused (the retention is the grace period too, as in Kafka Streams), a read below it tells
 * the latest version at most. Versions are dropped by whole segments of the times at which they ended.
 *
 * The observed time belongs to the state: it is committed and aborted with it.
 */
export class HistoryRetention {
  /** Largest timestamp put so far; -1 before the first put. */
  readonly observed = new CommittedNumber(-1);
  private readonly retentionMs: number;
  private readonly segmentMs: number;

  constructor({ historyRetentionMs, segmentIntervalMs }: VersionedStoreDefinition) {
    this.retentionMs = historyRetentionMs;
    this.segmentMs = segmentIntervalMs;
  }

  segmentOf(timeMs: number): number {
    return Math.max(0, Math.trunc(timeMs / this.segmentMs));
  }

  /** Whether a time lies before what is kept. */
  isExpired(timeMs: number): boolean {
    return timeMs < this.observed.current - this.retentionMs;
  }

  /** The oldest segment that is there. */
  get oldestSegment(): number {
    return this.segmentOf(this.observed.current - this.retentionMs);
  }

  /** The same as of the last commit; everything below may be deleted. */
  get oldestCommittedSegment(): number {
    return this.segmentOf(this.observed.committed - this.retentionMs);
  }

  /** Takes note of a put. */
  observe(timeMs: number): void {
    if (timeMs > this.observed.current) this.observed.current = timeMs;
  }
}
