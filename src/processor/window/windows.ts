import { NO_END } from '../../serde/primitives.js';
import type { Duration } from '../../util/time.js';
import { toMillis } from '../../util/time.js';
import { TopologyError } from '../../topology/topology-error.js';

/**
 * Windows of one size that begin every `advanceMs`, from the epoch on: tumbling when both are equal, else hopping. Unlimited
 * ones are a single window without an end.
 */
export interface TimeWindows {
  readonly kind: 'time';
  readonly sizeMs: number;
  readonly advanceMs: number;
  /** How long after its end a window still takes late records, by stream time. */
  readonly graceMs: number;
  /** Of an unlimited window: where it starts; what is before it is in no window. */
  readonly startMs?: number;
}

export interface Grace {
  /** How long after its end a window still takes late records, by stream time. Default: not at all. */
  readonly grace?: Duration;
}

/**
 * Windows that follow each other without gap or overlap: `tumbling('1m', { grace: '10s' })`.
 * @throws TopologyError `INVALID_WINDOW`
 */
export function tumbling(size: Duration, { grace = 0 }: Grace = {}): TimeWindows {
  return hopping(size, { advance: size, grace });
}

/**
 * Windows that overlap: one begins every `advance`, so a record is in size / advance of them.
 * @throws TopologyError `INVALID_WINDOW`
 */
export function hopping(size: Duration, { advance, grace = 0 }: Grace & { readonly advance: Duration }): TimeWindows {
  const sizeMs = toMillis(size);
  const advanceMs = toMillis(advance);
  const graceMs = toMillis(grace);
  if (sizeMs <= 0) throw invalidWindow('Window size (sizeMs) must be larger than zero.');
  if (advanceMs <= 0 || advanceMs > sizeMs) {
    throw invalidWindow(
      `Window advancement interval should be more than zero and less than window duration which is ${sizeMs} ms, but given advancement interval is: ${advanceMs} ms`,
    );
  }
  if (graceMs < 0) throw invalidWindow('Grace period must not be negative.');
  return Object.freeze({ kind: 'time', sizeMs, advanceMs, graceMs });
}

/**
 * One window from `start` (milliseconds since the epoch, default 0) on, without an end, such as for counts that are never
 * done (Kafka Streams' `UnlimitedWindows`).
 * @throws TopologyError `INVALID_WINDOW`
 */
export function unlimited({ start = 0 }: { readonly start?: number } = {}): TimeWindows {
  if (start < 0) throw invalidWindow('Window start time (startMs) cannot be negative.');
  return Object.freeze({ kind: 'time', sizeMs: NO_END, advanceMs: NO_END, graceMs: 0, startMs: start });
}

/** The end of a window; {@link NO_END} of one without. */
export function windowEnd({ sizeMs }: TimeWindows, startMs: number): number {
  return sizeMs === NO_END ? NO_END : startMs + sizeMs;
}

/** The start of the first window that a time lies in; the next ones begin `advanceMs` later each, up to the time itself. */
export function firstWindowStart({ sizeMs, advanceMs, startMs }: TimeWindows, timestamp: number): number {
  if (startMs !== undefined) return startMs;
  const earliest = Math.max(0, timestamp - sizeMs + advanceMs);
  return earliest - (earliest % advanceMs);
}

function invalidWindow(message: string): TopologyError {
  return new TopologyError('INVALID_WINDOW', message);
}
