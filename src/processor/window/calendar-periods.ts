import { Temporal } from 'temporal-polyfill';
import { TopologyError } from '../../topology/topology-error.js';

/** What a calendar is cut into. */
export type CalendarUnit = 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year';

export type Weekday = (typeof WEEKDAYS)[number];

/** In the order of ISO 8601. */
const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

/** A stretch of time in milliseconds; its end is excluded. */
export interface Period {
  readonly startMs: number;
  readonly endMs: number;
}

/** Finds the period that a time lies in. */
export type PeriodOf = (timestamp: number) => Period;

/** Periods that are whole days. */
interface DatePeriods {
  readonly first: (date: Temporal.PlainDate) => Temporal.PlainDate;
  readonly length: Temporal.DurationLike;
}

const HOUR_MS = 3_600_000;

/**
 * The periods of a zone's calendar. Slow, as zone arithmetic is.
 * @throws TopologyError `INVALID_WINDOW`
 */
export function calendarPeriods(unit: CalendarUnit, timeZone: string, weekStart: Weekday): PeriodOf {
  expectZone(timeZone);
  if (unit === 'hour') return (timestamp) => hourOf(zoned(timestamp, timeZone));
  const periods = datePeriods(weekStart)[unit] as DatePeriods | undefined; // the unit of a program that was not type-checked
  if (periods === undefined) {
    throw new TopologyError('INVALID_WINDOW', `A calendar has no windows of "${unit}"`, {
      hint: 'Give hour, day, week, month, quarter or year.',
    });
  }
  return (timestamp) => datesOf(timestamp, timeZone, periods);
}

function datePeriods(weekStart: Weekday): Readonly<Record<Exclude<CalendarUnit, 'hour'>, DatePeriods>> {
  const firstWeekday = WEEKDAYS.indexOf(weekStart) + 1;
  if (firstWeekday === 0) {
    throw new TopologyError('INVALID_WINDOW', `A week cannot start on "${weekStart}"`, {
      hint: `Give one of ${WEEKDAYS.join(', ')}.`,
    });
  }
  return {
    day: { first: (date) => date, length: { days: 1 } },
    week: {
      first: (date) => date.subtract({ days: (date.dayOfWeek - firstWeekday + 7) % 7 }),
      length: { days: 7 },
    },
    month: { first: (date) => date.with({ day: 1 }), length: { months: 1 } },
    quarter: {
      first: (date) => date.with({ month: date.month - ((date.month - 1) % 3), day: 1 }),
      length: { months: 3 },
    },
    year: { first: (date) => date.with({ month: 1, day: 1 }), length: { years: 1 } },
  };
}

/**
 * From the first instant of a date to that of the next period. Where clocks are set back over midnight the last hour of a
 * date comes again after the first instant of the next one: it belongs there, so that periods are without gaps.
 */
function datesOf(timestamp: number, timeZone: string, { first, length }: DatePeriods): Period {
  let date = first(zoned(timestamp, timeZone).toPlainDate());
  for (;;) {
    const next = date.add(length);
    const endMs = firstInstantMs(next, timeZone);
    if (timestamp < endMs) return { startMs: firstInstantMs(date, timeZone), endMs };
    date = next;
  }
}

/** An hour of the zone's clock, as far as that runs on without a change. */
function hourOf(time: Temporal.ZonedDateTime): Period {
  const { epochMilliseconds: timestamp, offsetNanoseconds: offset } = time;
  const startMs = timestamp - modulo(timestamp + offset / 1e6, HOUR_MS);
  const endMs = startMs + HOUR_MS;
  const changesBefore = zoned(startMs, time.timeZoneId).offsetNanoseconds !== offset;
  const changesAfter = zoned(endMs - 1, time.timeZoneId).offsetNanoseconds !== offset;
  if (!changesBefore && !changesAfter) return { startMs, endMs };
  // A change at this very time counts as before it.
  const before = changesBefore && time.add({ milliseconds: 1 }).getTimeZoneTransition('previous');
  const after = changesAfter && time.getTimeZoneTransition('next');
  return {
    startMs: before ? before.epochMilliseconds : startMs,
    endMs: after ? after.epochMilliseconds : endMs,
  };
}

function zoned(timestamp: number, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(timestamp).toZonedDateTimeISO(timeZone);
}

function firstInstantMs(date: Temporal.PlainDate, timeZone: string): number {
  return date.toZonedDateTime(timeZone).epochMilliseconds;
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}

function expectZone(timeZone: string): void {
  try {
    zoned(0, timeZone);
  } catch {
    throw new TopologyError('INVALID_WINDOW', `"${timeZone}" is not a time zone`, {
      hint: 'Give a name of the IANA database, such as "Europe/Berlin" or "UTC".',
    });
  }
}
