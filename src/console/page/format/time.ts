import { UNKNOWN } from './numbers.js';

/** A span in one unit: `4 ms`, `1.5 s`, `3 min`, `2.5 h`, `4 d`. */
export function formatSpan(milliseconds: number | undefined): string {
  if (milliseconds === undefined || !Number.isFinite(milliseconds)) return UNKNOWN;
  const size = Math.abs(milliseconds);
  if (size < 1_000) return `${trimmed(milliseconds, size < 10 ? 1 : 0)} ms`;
  if (size < 60_000) return `${trimmed(milliseconds / 1_000, 1)} s`;
  if (size < 3_600_000) return `${trimmed(milliseconds / 60_000, 1)} min`;
  if (size < 172_800_000) return `${trimmed(milliseconds / 3_600_000, 1)} h`;
  return `${trimmed(milliseconds / 86_400_000, 1)} d`;
}

/** Local date and time to the second: `2026-11-28 05:12:03`. */
export function formatTime(time: string | number | undefined): string {
  const date = new Date(time ?? Number.NaN);
  if (Number.isNaN(date.getTime())) return UNKNOWN;
  return `${formatDay(date)} ${formatClock(date)}`;
}

/** Local time of day to the millisecond: `05:12:03.250`. */
export function formatInstant(time: string | number): string {
  const date = new Date(time);
  return `${formatClock(date)}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** What an `<input type="datetime-local">` holds, as ISO 8601; undefined: empty, or no time. */
export function fromLocalInput(text: string): string | undefined {
  const date = new Date(text);
  return text === '' || Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

function formatDay(date: Date): string {
  return [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
}

function formatClock(date: Date): string {
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

function trimmed(value: number, digits: number): string {
  return value.toFixed(digits).replace(/\.0+$/, '');
}
