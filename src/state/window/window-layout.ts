import { EMPTY_BYTES } from '../../util/bytes.js';
import type { RowLayout } from '../base.js';
import { besideHeads, VALUE_ROWS } from '../bounds/bounds-index.js';
import { byTime, orderByTime, timePrefix, timeRange } from '../bounds/time-rows.js';
import { MAX_SEQUENCE, windowKey, windowStartOf, windowStartOfMapKey } from '../changelog/window-format.js';
import type { Entry } from '../overlay/entry.js';
import type { ScanSection } from '../scan.js';
import type { WindowStoreDefinition } from '../store.js';
import type { WindowExpiry } from './window-expiry.js';

/** Bytes of a segment id: enough for any safe integer of milliseconds in segments of a minute. */
export const SEGMENT_BYTES = 6;

/** Windows of a scan: those that start in [fromMs, toMs], and the segments that these can stand in. */
export interface ScannedWindows {
  readonly fromMs: number;
  readonly toMs: number;
  readonly segments: readonly number[];
  readonly reverse: boolean;
}

/**
 * How the rows of a window store stand: by segment first, or by time where the windows are emitted when they close, so that
 * what has expired is one range. An indexed store has a byte before them that tells them from heads.
 *
 *     by segment   | segment, 6 bytes | key | window start, 8 bytes | sequence number, 4 bytes |
 *     by time      | start, 8 bytes   | key | window start, 8 bytes | sequence number, 4 bytes |
 */
export interface WindowLayout {
  readonly rows: RowLayout;
  /** What the value rows start with. */
  readonly prefix: Buffer;
  /** Rows of all keys; they may hold more than the windows asked for. */
  ofAllKeys(windows: ScannedWindows): ScanSection[];
  /** Rows of a key; they may hold those of other keys. `isOfKey` tells the uncommitted entries of the key. */
  ofKey(key: Buffer, windows: ScannedWindows, isOfKey: (entry: Entry) => boolean): ScanSection[];
  /** Everything from `prefix` up to this has expired. */
  expiredBelow(segment: number): Buffer;
}

export function windowLayout(definition: WindowStoreDefinition, expiry: WindowExpiry): WindowLayout {
  const indexed = definition.indexed === true;
  const prefix = indexed ? VALUE_ROWS : EMPTY_BYTES;
  const rows = definition.timeOrdered === true ? byTime(windowStartOf) : bySegment(expiry);
  const sections = definition.timeOrdered === true ? timeSections(prefix, expiry) : segmentSections(prefix, expiry);
  return { rows: indexed ? besideHeads(rows) : rows, prefix, ...sections };
}

type Sections = Pick<WindowLayout, 'ofAllKeys' | 'ofKey' | 'expiredBelow'>;

function timeSections(prefix: Buffer, expiry: WindowExpiry): Sections {
  const order = orderByTime(windowStartOf);
  const section = ({ fromMs, toMs, reverse }: ScannedWindows, isWanted: (entry: Entry) => boolean): ScanSection[] => [
    {
      range: timeRange(prefix, fromMs, toMs, reverse),
      holds: (entry) => startsWithin(entry, fromMs, toMs) && isWanted(entry),
      order,
    },
  ];
  return {
    ofAllKeys: (windows) => section(windows, () => true),
    ofKey: (_key, windows, isOfKey) => section(windows, isOfKey),
    expiredBelow: (segment) => Buffer.concat([prefix, timePrefix(segment * expiry.segmentMs)]),
  };
}

function segmentSections(prefix: Buffer, expiry: WindowExpiry): Sections {
  const rowsOf = (segment: number): Buffer => Buffer.concat([prefix, segmentPrefix(segment)]);
  const segmentOf = (entry: Entry): number => expiry.segmentOf(windowStartOfMapKey(entry.mapKey));
  return {
    ofAllKeys: ({ segments, reverse }) =>
      segments.map((segment) => ({
        range: { prefix: rowsOf(segment), reverse },
        holds: (entry) => segmentOf(entry) === segment,
      })),
    ofKey: (key, { fromMs, toMs, segments, reverse }, isOfKey) =>
      segments.map((segment) => ({
        range: {
          prefix: rowsOf(segment),
          from: windowKey(key, fromMs, 0),
          to: windowKey(key, toMs, MAX_SEQUENCE),
          reverse,
        },
        holds: (entry) => isOfKey(entry) && startsWithin(entry, fromMs, toMs) && segmentOf(entry) === segment,
      })),
    expiredBelow: rowsOf,
  };
}

function bySegment(expiry: WindowExpiry): RowLayout {
  return {
    prefixLength: SEGMENT_BYTES,
    writePrefix(row, at) {
      row.writeUIntBE(expiry.segmentOf(windowStartOf(row)), at, SEGMENT_BYTES);
    },
  };
}

function startsWithin(entry: Entry, fromMs: number, toMs: number): boolean {
  const startMs = windowStartOfMapKey(entry.mapKey);
  return startMs >= fromMs && startMs <= toMs;
}

/** What the rows of a segment start with. */
export function segmentPrefix(segment: number): Buffer {
  const prefix = Buffer.allocUnsafe(SEGMENT_BYTES);
  prefix.writeUIntBE(segment, 0, SEGMENT_BYTES);
  return prefix;
}
