import { writeLong } from '../../serde/primitives.js';
import { besideHeads, VALUE_ROWS } from '../bounds/bounds-index.js';
import { byTime, orderByTime, TIME_BYTES, timePrefix, timeRange } from '../bounds/time-rows.js';
import type { RowLayout } from '../base.js';
import { sessionEndOf, sessionStartOf } from '../changelog/session-format.js';
import type { ScanSection } from '../scan.js';
import type { SessionStoreDefinition } from '../store.js';
import type { WindowExpiry } from '../window/window-expiry.js';
import { segmentPrefix, SEGMENT_BYTES } from '../window/window-layout.js';

/**
 * How the rows of a session store stand:
 *
 *     on disk                   | 1 | segment of the end, 6 bytes | key | end | start |
 *     in memory                 | 1 | end, 8 bytes                | key | end | start |
 *     on disk, time-ordered     | 1 | end, 8 bytes, start, 8      | key | end | start |
 *
 * So sessions that end at the same time come by key in memory, and by start and key from a time-ordered store on disk: as
 * from the stores of Kafka Streams.
 */
export interface SessionLayout {
  readonly rows: RowLayout;
  /** The rows of sessions that end in [fromMs, toMs]; `toMs` is not beyond the latest session. */
  sections(fromMs: number, toMs: number): ScanSection[];
  /** Everything below this has expired. */
  expiredBelow(segment: number): Buffer;
}

export function sessionLayout(definition: SessionStoreDefinition, expiry: WindowExpiry): SessionLayout {
  if (definition.storage === 'memory') return timeLayout(expiry, byTime(sessionEndOf), orderByTime(sessionEndOf));
  return definition.timeOrdered === true ? timeLayout(expiry, BY_BOUNDS, inOrderOfBounds) : segmentLayout(expiry);
}

const BY_BOUNDS: RowLayout = {
  prefixLength: 2 * TIME_BYTES,
  writePrefix: (row, at) => {
    writeLong('session end', row, sessionEndOf(row), at);
    writeLong('session start', row, sessionStartOf(row), at + TIME_BYTES);
  },
};

function inOrderOfBounds(left: Buffer, right: Buffer): number {
  return (
    sessionEndOf(left) - sessionEndOf(right) || sessionStartOf(left) - sessionStartOf(right) || left.compare(right)
  );
}

function timeLayout(
  expiry: WindowExpiry,
  rows: RowLayout,
  order: (left: Buffer, right: Buffer) => number,
): SessionLayout {
  return {
    rows: besideHeads(rows),
    sections: (fromMs, toMs) => [
      {
        range: timeRange(VALUE_ROWS, fromMs, toMs, false),
        holds: ({ key }) => isWithin(sessionEndOf(key), fromMs, toMs),
        order,
      },
    ],
    expiredBelow: (segment) => Buffer.concat([VALUE_ROWS, timePrefix(segment * expiry.segmentMs)]),
  };
}

function segmentLayout(expiry: WindowExpiry): SessionLayout {
  const segmentOfKey = (key: Buffer): number => expiry.segmentOf(sessionEndOf(key));
  return {
    rows: besideHeads({
      prefixLength: SEGMENT_BYTES,
      writePrefix: (row, at) => row.writeUIntBE(segmentOfKey(row), at, SEGMENT_BYTES),
    }),
    sections(fromMs, toMs) {
      const sections: ScanSection[] = [];
      for (let segment = expiry.segmentOf(fromMs); segment <= expiry.segmentOf(toMs); segment++) {
        sections.push({
          range: { prefix: Buffer.concat([VALUE_ROWS, segmentPrefix(segment)]), reverse: false },
          holds: ({ key }) => segmentOfKey(key) === segment && isWithin(sessionEndOf(key), fromMs, toMs),
        });
      }
      return sections;
    },
    expiredBelow: (segment) => Buffer.concat([VALUE_ROWS, segmentPrefix(segment)]),
  };
}

function isWithin(time: number, fromMs: number, toMs: number): boolean {
  return time >= fromMs && time <= toMs;
}
