import type { Duration } from './gen/google/protobuf/duration.js';
import type { Timestamp } from './gen/google/protobuf/timestamp.js';

/** The largest time that google.protobuf.Timestamp can say (the end of year 9999); later times are cut to it. */
const LATEST_MS = 253_402_300_799_999;

/** Milliseconds as google.protobuf.Timestamp; absent when unknown (negative). */
export function toTimestamp(ms: number): Timestamp | undefined {
  if (ms < 0) return undefined;
  const cut = Math.min(ms, LATEST_MS);
  return { seconds: Math.floor(cut / 1_000), nanos: (cut % 1_000) * 1_000_000 };
}

/** Milliseconds of a timestamp, or what stands for an absent one. */
export function fromTimestamp(timestamp: Timestamp | undefined, absent: number): number {
  return timestamp ? timestamp.seconds * 1_000 + Math.floor(timestamp.nanos / 1_000_000) : absent;
}

/** Milliseconds of a duration; undefined where there is none. */
export function fromDuration(duration: Duration | undefined): number | undefined {
  return duration && duration.seconds * 1_000 + Math.floor(duration.nanos / 1_000_000);
}

/** Milliseconds as google.protobuf.Duration. */
export function toDuration(ms: number): Duration {
  return { seconds: Math.floor(ms / 1_000), nanos: (ms % 1_000) * 1_000_000 };
}
