import type { CalendarWindows } from './calendar-windows.js';
import type { ClosingWindows } from './window-close-emitter.js';
import { windowEnd, type TimeWindows } from './windows.js';

/** Windows that lie where time says, whatever the records. */
export type AlignedWindows = TimeWindows | CalendarWindows;

/** The end of the window that starts then. */
export function endOfWindow(windows: AlignedWindows, startMs: number): number {
  return windows.kind === 'calendar' ? windows.endOf(startMs) : windowEnd(windows, startMs);
}

/** The size of a window, or of the longest one. */
export function longestWindowMs(windows: AlignedWindows): number {
  return windows.kind === 'calendar' ? windows.longestMs : windows.sizeMs;
}

/** A window's end is excluded from it, so it is closed when the close time has reached it. */
export function closingWindows(windows: AlignedWindows): ClosingWindows {
  if (windows.kind === 'calendar') {
    return {
      first: (emittedUpToMs) => (emittedUpToMs < 0 ? 0 : windows.startOf(emittedUpToMs)),
      last: (closeTimeMs) => (closeTimeMs < 0 ? -1 : windows.startOf(closeTimeMs) - 1),
    };
  }
  const { sizeMs } = windows;
  return {
    first: (emittedUpToMs) => (emittedUpToMs < 0 ? 0 : Math.max(0, emittedUpToMs - sizeMs) + 1),
    last: (closeTimeMs) => closeTimeMs - sizeMs,
  };
}
