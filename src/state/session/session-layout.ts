import { besideHeads, VALUE_ROWS } from '../bounds/bounds-index.js';
import { byTime, orderByTime, timePrefix, timeRange } from '../bounds/time-rows.js';
import type { RowLayout } from '../base.js';
import { sessionEndOf } from '../changelog/session-format.js';
import type { ScanSection } from '../scan.js';
import type { SessionStoreDefinition } from '../store.js';
import type { WindowExpiry } from '../window/window-expiry.js';
import { segmentPrefix, SEGMENT_BYTES } from '../window/window-layout.js';

/**
 * How the rows of a session store stand:
 *
 *     on disk                   | 1 | segment of the end, 6 bytes | key | end | start |
 *     in memory, time-ordered   | 1 | end, 8 bytes                | key | end | start |
 */
export interface SessionLayout {
  readonly rows: RowLayout;
  /** The rows of sessions that end in [fromMs, toMs]; `toMs` is not beyond the latest session. */
  sections(fromMs: number, toMs: number): ScanSection[];
  /** Everything below this has expired. */
  expiredBelow(segment: number): Buffer;
}

export function sessionLayout(definition: SessionStoreDefinition, expiry: WindowExpiry): SessionLayout {
  return definition.storage === 'memory' || definition.timeOrdered === true
    ? timeLayout(expiry)
    : segmentLayout(expiry);
}

function timeLayout(expiry: WindowExpiry): SessionLayout {
  const order = orderByTime(sessionEndOf);
  return {
    rows: besideHeads(byTime(sessionEndOf)),
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
