import { sleepBy, type CancelTimer, type Clock } from '../../src/util/time.js';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/** 2026-01-01T00:00:00Z, where manual clocks start. */
export const MANUAL_CLOCK_START = 1_767_225_600_000;

/** A clock that stands still until it is told to move; timers run in order of time, then of scheduling. */
export class ManualClock implements Clock {
  #now: number;
  readonly #start: number;
  #timers: Timer[] = [];
  #scheduled = 0;

  constructor(startMs = MANUAL_CLOCK_START) {
    this.#now = startMs;
    this.#start = startMs;
  }

  nowMs(): number {
    return this.#now;
  }

  monotonicMs(): number {
    return this.#now - this.#start;
  }

  schedule(delayMs: number, callback: () => void): CancelTimer {
    const timer: Timer = { at: this.#now + Math.max(0, delayMs), order: this.#scheduled++, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepBy(this, delayMs, signal);
  }

  yieldToEventLoop(): Promise<void> {
    return settle();
  }

  /** How many timers wait. */
  get pendingTimers(): number {
    return this.#timers.length;
  }

  /** Moves time on, running what falls due on the way; after each timer promises and I/O callbacks get their turn. */
  async advance(ms: number): Promise<void> {
    const target = this.#now + ms;
    await settle();
    for (let timer = this.#takeDue(target); timer !== undefined; timer = this.#takeDue(target)) {
      timer.callback();
      await settle();
    }
    this.#now = target;
  }

  /** Like {@link advance}, but promises run only after it returned. */
  advanceSync(ms: number): void {
    const target = this.#now + ms;
    for (let timer = this.#takeDue(target); timer !== undefined; timer = this.#takeDue(target)) timer.callback();
    this.#now = target;
  }

  #takeDue(target: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.at > target) continue;
      if (next === undefined || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer;
    }
    if (next === undefined) return undefined;
    this.#timers = this.#timers.filter((other) => other !== next);
    this.#now = Math.max(this.#now, next.at);
    return next;
  }
}

/** Lets every promise that can settle, and one round of I/O callbacks, run. */
export function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
