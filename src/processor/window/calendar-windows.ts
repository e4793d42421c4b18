import { TopologyError } from '../../topology/topology-error.js';
import { toMillis } from '../../util/time.js';
import { calendarPeriods, type CalendarUnit, type Weekday } from './calendar-periods.js';
import { KnownBoundaries } from './known-boundaries.js';
import type { Grace } from './windows.js';

/**
 * Windows that are hours, days, weeks, … of a time zone's calendar: they follow each other without gap or overlap, and are
 * as long as the calendar makes them.
 */
export interface CalendarWindows {
  readonly kind: 'calendar';
  /** Tells the windows apart from others in the names of serdes: `day Europe/Berlin`. */
  readonly name: string;
  readonly graceMs: number;
  /** No window is longer. */
  readonly longestMs: number;
  /** The start of the window that a time lies in. Milliseconds, as all times; no window starts before the epoch. */
  startOf(timestamp: number): number;
  /** The end, excluded, of the window that starts then. */
  endOf(startMs: number): number;
}

/** Which calendar, and for how long its windows take late records. */
export interface CalendarOptions extends Grace {
  /** Name in the IANA time zone database, such as `Europe/Berlin`; its rules are those of the runtime's ICU data. */
  readonly timeZone: string;
  /** First day of a week. Default `monday`, as in ISO 8601. */
  readonly weekStart?: Weekday;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The most that clocks have been set back since the epoch (Antarctica/Casey), so that a day was as much longer. */
const SET_BACK_MS = 3 * HOUR_MS;
const LONGEST_MS: Readonly<Record<CalendarUnit, number>> = {
  hour: HOUR_MS,
  day: DAY_MS + SET_BACK_MS,
  week: 7 * DAY_MS + SET_BACK_MS,
  month: 31 * DAY_MS + SET_BACK_MS,
  quarter: 92 * DAY_MS + SET_BACK_MS,
  year: 366 * DAY_MS + SET_BACK_MS,
};

/**
 * Windows by the calendar of a time zone: `calendar('day', { timeZone: 'Europe/Berlin', grace: '1h' })`. A day begins at
 * midnight or, where clocks skip midnight, at its first instant; it is 23 or 25 hours long when they change. A day that a
 * zone has left out (Samoa's 30 December 2011) has no window. An hour begins at minute 0 of the zone's clock, and where
 * clocks change: the hour that comes twice is two windows. The first window begins at the epoch.
 *
 * Kafka Streams has none (its `Windows` can be extended so); Flink's TUMBLE takes an offset from UTC, which knows no
 * daylight saving time.
 * @throws TopologyError `INVALID_WINDOW` for an unknown unit or zone, or a negative grace period
 */
export function calendar(unit: CalendarUnit, options: CalendarOptions): CalendarWindows {
  const { timeZone, weekStart = 'monday', grace = 0 } = options;
  const graceMs = toMillis(grace);
  if (graceMs < 0) throw new TopologyError('INVALID_WINDOW', 'Grace period must not be negative.');
  const boundaries = new KnownBoundaries(calendarPeriods(unit, timeZone, weekStart));
  return Object.freeze({
    kind: 'calendar',
    name: unit === 'week' ? `week from ${weekStart} ${timeZone}` : `${unit} ${timeZone}`,
    graceMs,
    longestMs: LONGEST_MS[unit],
    startOf: (timestamp: number) => boundaries.startOf(timestamp),
    endOf: (startMs: number) => boundaries.after(startMs),
  });
}
