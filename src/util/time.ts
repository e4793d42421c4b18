import { invalid } from './errors.js';

/** A span of time: milliseconds, or a number with a unit: `'250ms'`, `'30s'`, `'1m'`, `'2h'`, `'7d'`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * Milliseconds of a duration.
 * @throws MillraceError `INVALID_DURATION` if it is not a finite number or a number with a unit.
 */
export function toMillis(duration: Duration): number {
  if (typeof duration === 'number') {
    if (Number.isFinite(duration)) return duration;
  } else {
    const match = /^(-?\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(duration);
    if (match) return Number(match[1]) * UNITS[match[2] as keyof typeof UNITS];
  }
  throw invalid('INVALID_DURATION', `"${String(duration)}" is not a duration`, {
    hint: 'Give milliseconds, or a number with ms, s, m, h or d, such as "30s".',
  });
}

/** Stops a scheduled callback; calling it again does nothing. */
export type CancelTimer = () => void;

/** All that Millrace knows of time. Injected everywhere, so that tests and the simulation decide what time it is. */
export interface Clock {
  /** Wall clock, milliseconds since the epoch. */
  nowMs(): number;
  /** Milliseconds that only grow; fractions allowed. */
  monotonicMs(): number;
  /** Runs `callback` once, `delayMs` from now. The timer does not keep the process alive if `unref`. */
  schedule(delayMs: number, callback: () => void, options?: { unref?: boolean }): CancelTimer;
  /** Resolves `delayMs` from now, or at once when the signal is aborted (it never rejects). */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
  /** Lets pending I/O callbacks run. */
  yieldToEventLoop(): Promise<void>;
}

/** The `sleep` of a clock, by a timer of it. */
export function sleepBy(clock: Pick<Clock, 'schedule'>, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const done = (): void => {
      cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.schedule(delayMs, done);
    signal?.addEventListener('abort', done, { once: true });
  });
}

/** A clock that differs from another in some of its methods. */
export function changedClock(clock: Clock, changes: Partial<Clock>): Clock {
  return {
    nowMs: () => clock.nowMs(),
    monotonicMs: () => clock.monotonicMs(),
    schedule: (delayMs, callback, options) => clock.schedule(delayMs, callback, options),
    sleep: (delayMs, signal) => clock.sleep(delayMs, signal),
    yieldToEventLoop: () => clock.yieldToEventLoop(),
    ...changes,
  };
}

/** The machine's clock. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  schedule(delayMs, callback, options) {
    const timer = setTimeout(callback, delayMs);
    if (options?.unref) timer.unref();
    return () => {
      clearTimeout(timer);
    };
  },
  sleep: (delayMs, signal) => sleepBy(systemClock, delayMs, signal),
  yieldToEventLoop: () =>
    new Promise((resolve) => {
      setImmediate(resolve);
    }),
};
