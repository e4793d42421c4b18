import type { Timestamp } from './gen/google/protobuf/timestamp.js';
import { fieldError } from './query-errors.js';
import { fromTimestamp } from './timestamps.js';

/** Times in milliseconds, both included. */
export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Milliseconds of a request's field, or what stands for an absent one.
 * @throws MillraceError `BAD_TIME` for what is no time: text that could not be read as one has no seconds
 */
export function timeField<A>(timestamp: Timestamp | undefined, field: string, absent: A): number | A {
  if (!timestamp) return absent;
  const { seconds, nanos } = timestamp;
  if (Number.isSafeInteger(seconds) && nanos >= 0 && nanos < 1e9) return fromTimestamp(timestamp, 0);
  throw fieldError('BAD_TIME', field, `${field} is not a time`);
}

/**
 * The times that a request asks for; an absent end is open.
 * @throws MillraceError `BAD_TIME`
 */
export function timeRange(request: {
  readonly timeFrom: Timestamp | undefined;
  readonly timeTo: Timestamp | undefined;
}): TimeRange {
  const fromMs = timeField(request.timeFrom, 'time_from', 0);
  const toMs = timeField(request.timeTo, 'time_to', Number.MAX_SAFE_INTEGER);
  if (fromMs > toMs) throw fieldError('BAD_TIME', 'time_from', 'time_from is after time_to');
  return { fromMs, toMs };
}

/**
 * How many rows a request asks for; 0: all.
 * @throws MillraceError `BAD_LIMIT`
 */
export function limitField({ limit }: { readonly limit: number }): number {
  if (Number.isSafeInteger(limit) && limit >= 0) return limit;
  throw fieldError('BAD_LIMIT', 'limit', limit < 0 ? 'limit is negative' : 'limit is not a whole number');
}
