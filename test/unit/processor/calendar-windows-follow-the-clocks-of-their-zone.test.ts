import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { calendarPeriods, type CalendarUnit } from '../../../src/processor/window/calendar-periods.js';
import { calendar } from '../../../src/processor/window/calendar-windows.js';

const HOUR = 3_600_000;
const UNITS: readonly CalendarUnit[] = ['hour', 'day', 'week', 'month', 'quarter', 'year'];
/** Half and quarter hours, midnights that do not exist or come twice, half an hour of summer time, a day left out. */
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'America/Sao_Paulo',
  'America/St_Johns',
  'America/Havana',
  'Asia/Beirut',
  'Africa/Cairo',
  'Australia/Lord_Howe',
  'Antarctica/Casey',
  'Antarctica/Troll',
  'Pacific/Apia',
  'Pacific/Chatham',
] as const;
const at = (text: string): number => Date.parse(text);
const units = fc.constantFrom(...UNITS);
const zones = fc.constantFrom(...ZONES, ...Intl.supportedValuesOf('timeZone'));
const times = fc.integer({ min: 0, max: at('2050-01-01T00:00Z') });
const weekStarts = fc.constantFrom('monday', 'sunday', 'saturday');

/** Hours of a zone's clock at a time, as `Intl` tells it. */
function clock(timeZone: string, timestamp: number): string {
  const format = new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  return format.format(timestamp);
}

describe('calendar windows', () => {
  it('hold every time in exactly one, follow each other, and none is longer than the longest', () => {
    fc.assert(
      fc.property(units, zones, times, weekStarts, (unit, timeZone, time, weekStart) => {
        const windows = calendar(unit, { timeZone, weekStart });
        const start = windows.startOf(time);
        const end = windows.endOf(start);
        expect(start).toBeLessThanOrEqual(time);
        expect(end).toBeGreaterThan(time);
        expect(end - start).toBeLessThanOrEqual(windows.longestMs);
        expect([windows.startOf(start), windows.startOf(end - 1)]).toEqual([start, start]);
        expect(windows.startOf(end)).toBe(end);
      }),
      { numRuns: 100 },
    );
  });

  it('of days begin at midnight, or where there is none, at the first instant of the date', () => {
    fc.assert(
      fc.property(fc.constantFrom('day', 'month'), zones, times, (unit: CalendarUnit, timeZone, time) => {
        const start = calendar(unit, { timeZone }).startOf(time);
        fc.pre(start > 0);
        const [date, hour] = clock(timeZone, start).split(' ');
        if (hour === '00:00:00') return;
        // no midnight: the clock said another date just before
        expect(clock(timeZone, start - 1).slice(0, 10) < String(date)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('are found from any time in any order as by zone arithmetic alone', () => {
    fc.assert(
      fc.property(units, fc.constantFrom(...ZONES), fc.array(times, { maxLength: 5 }), (unit, timeZone, several) => {
        const windows = calendar(unit, { timeZone });
        const periodOf = calendarPeriods(unit, timeZone, 'monday');
        for (const time of several) expect(windows.startOf(time)).toBe(Math.max(0, periodOf(time).startMs));
      }),
      { numRuns: 30 },
    );
  });
});

describe('a day', () => {
  const lengthOf = (unit: CalendarUnit, timeZone: string, within: string): number => {
    const windows = calendar(unit, { timeZone });
    const start = windows.startOf(at(within));
    return (windows.endOf(start) - start) / HOUR;
  };

  it.each([
    ['Europe/Berlin', '2024-03-31T12:00Z', 23],
    ['Europe/Berlin', '2024-10-27T12:00Z', 25],
    ['Australia/Lord_Howe', '2024-04-07T00:00Z', 24.5],
    ['America/Sao_Paulo', '2017-10-15T12:00Z', 23],
    ['Antarctica/Troll', '2024-03-31T12:00Z', 22],
    ['Antarctica/Casey', '2010-03-05T04:00Z', 27],
    ['Asia/Kathmandu', '2024-03-31T12:00Z', 24],
  ])('in %s at %s has %d hours', (zone, within, hours) => {
    expect(lengthOf('day', zone, within)).toBe(hours);
  });

  it('begins at one o’clock where clocks skip midnight', () => {
    const start = calendar('day', { timeZone: 'America/Sao_Paulo' }).startOf(at('2017-10-15T12:00Z'));
    expect(clock('America/Sao_Paulo', start)).toBe('2017-10-15 01:00:00');
  });

  it('begins at the first of two midnights, and holds what the clock shows again of the day before', () => {
    const windows = calendar('day', { timeZone: 'America/St_Johns' });
    const again = at('2010-11-07T02:31:30Z'); // 23:01:30 for the second time: at 00:01 clocks went back by an hour
    expect(clock('America/St_Johns', again)).toBe('2010-11-06 23:01:30');
    expect(clock('America/St_Johns', windows.startOf(again))).toBe('2010-11-07 00:00:00');
  });

  it('that the zone left out has no window', () => {
    const windows = calendar('day', { timeZone: 'Pacific/Apia' });
    const end = windows.endOf(windows.startOf(at('2011-12-29T12:00-10:00')));
    expect(clock('Pacific/Apia', end)).toBe('2011-12-31 00:00:00');
  });
});

describe('an hour', () => {
  it('that comes twice is two windows, and one that clocks cut is shorter', () => {
    const berlin = calendar('hour', { timeZone: 'Europe/Berlin' });
    expect(berlin.endOf(berlin.startOf(at('2024-10-27T00:30Z')))).toBe(at('2024-10-27T01:00Z'));
    const lordHowe = calendar('hour', { timeZone: 'Australia/Lord_Howe' });
    const start = lordHowe.startOf(at('2024-10-05T15:40Z'));
    expect(clock('Australia/Lord_Howe', start)).toBe('2024-10-06 02:30:00');
    expect(lordHowe.endOf(start) - start).toBe(HOUR / 2);
  });

  it('begins on the half hour of UTC in India', () => {
    const windows = calendar('hour', { timeZone: 'Asia/Kolkata' });
    expect(windows.startOf(at('2024-05-05T10:45Z'))).toBe(at('2024-05-05T10:30Z'));
  });
});

describe('a week', () => {
  it('begins on the day that is asked for, by default on Monday', () => {
    const time = at('2024-05-09T12:00Z'); // a Thursday
    const startOf = (weekStart?: 'sunday' | 'friday') => calendar('week', { timeZone: 'UTC', weekStart }).startOf(time);
    expect([startOf(), startOf('sunday'), startOf('friday')]).toEqual(
      ['2024-05-06T00:00Z', '2024-05-05T00:00Z', '2024-05-03T00:00Z'].map(at),
    );
  });
});

describe('a calendar', () => {
  it('is refused with an unknown zone or unit, a week that starts on no day, or a negative grace', () => {
    expect(() => calendar('day', { timeZone: 'Mars/Olympus' })).toThrow('"Mars/Olympus" is not a time zone');
    expect(() => calendar('decade' as 'year', { timeZone: 'UTC' })).toThrow('no windows of "decade"');
    expect(() => calendar('week', { timeZone: 'UTC', weekStart: 'noday' as 'monday' })).toThrow('start on "noday"');
    expect(() => calendar('day', { timeZone: 'UTC', grace: -1 })).toThrow('Grace period');
  });
});
