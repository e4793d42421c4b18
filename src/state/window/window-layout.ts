import type { RowLayout } from '../base.js';
import { windowStartOf } from '../changelog/window-format.js';
import type { WindowExpiry } from './window-expiry.js';

/** Bytes of a segment id: enough for any safe integer of milliseconds in segments of a minute. */
export const SEGMENT_BYTES = 6;

/**
 * Rows of a window store stand by segment first, so that what has expired is one range:
 *
 *     | segment, 6 bytes | key | window start, 8 bytes | sequence number, 4 bytes |
 */
export function windowLayout(expiry: WindowExpiry): RowLayout {
  return {
    prefixLength: SEGMENT_BYTES,
    writePrefix(row, at) {
      row.writeUIntBE(expiry.segmentOf(windowStartOf(row)), at, SEGMENT_BYTES);
    },
  };
}

/** What the rows of a segment start with. */
export function segmentPrefix(segment: number): Buffer {
  const prefix = Buffer.allocUnsafe(SEGMENT_BYTES);
  prefix.writeUIntBE(segment, 0, SEGMENT_BYTES);
  return prefix;
}
