import { changedClock, type Clock } from '../../util/time.js';

/** A clock whose time of day is the largest timestamp so far: what looks at it repeats with the records. */
export class EventTime {
  #nowMs = 0;

  constructor(private readonly clock: Clock) {}

  advanceTo(timestamp: number): void {
    if (timestamp > this.#nowMs) this.#nowMs = timestamp;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  get asClock(): Clock {
    return changedClock(this.clock, { nowMs: () => this.#nowMs });
  }
}
