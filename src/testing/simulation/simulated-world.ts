import { seededRandom, type Random } from '../../util/random.js';
import { systemClock, type CancelTimer } from '../../util/time.js';
import { EventQueue, type Ordered } from './event-queue.js';
import type { SimulatedProcess } from './simulated-process.js';
import { Trace } from './trace.js';
import { SimulationFailure } from './simulation-failure.js';

/** What an event does; `owner` undefined: it happens whatever becomes of processes. */
interface Event extends Ordered {
  readonly owner: SimulatedProcess | undefined;
  readonly label: string;
  readonly run: () => void;
  cancelled: boolean;
}

/**
 * Time, and everything that happens in it, one thing after the other: a message arrives, a timer fires, a write ends. What
 * happens next is decided by the seed alone. Between two events every promise that can settle does.
 *
 * An event belongs to a process (an incarnation): it waits while the process is paused, and never happens once it crashed, so
 * that the promises of a crashed incarnation never settle.
 */
export class SimulatedWorld {
  readonly trace = new Trace();
  readonly #events = new EventQueue<Event>();
  #nowMs = 0;
  #scheduled = 0;

  constructor(readonly seed: number) {}

  /** Milliseconds since the start. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** A source of chance of its own for one purpose, so that one more draw here changes nothing there. */
  random(purpose: string): Random {
    let seed = this.seed | 0;
    for (let i = 0; i < purpose.length; i++) seed = Math.imul(seed ^ purpose.charCodeAt(i), 0x01000193) ^ (seed >>> 15);
    const random = seededRandom(seed);
    random.next();
    return random;
  }

  schedule(owner: SimulatedProcess | undefined, delayMs: number, label: string, run: () => void): CancelTimer {
    const at = this.#nowMs + Math.max(0, delayMs);
    const event: Event = { at, order: this.#scheduled++, owner, label, run, cancelled: false };
    this.#events.add(event);
    return () => {
      event.cancelled = true;
    };
  }

  /**
   * Lets things happen until `done`.
   * @throws SimulationFailure when it is not by `deadlineMs`
   */
  async runUntil(done: () => boolean, deadlineMs: number, what: string): Promise<void> {
    for (;;) {
      await systemClock.yieldToEventLoop(); // every promise that can settle does
      if (done()) return;
      if (this.#nowMs > deadlineMs) throw new SimulationFailure(`not within ${deadlineMs} simulated ms: ${what}`);
      if (!this.#step()) throw new SimulationFailure(`nothing is left to happen: ${what}`);
    }
  }

  /** Runs until the promise has settled, and gives what it gave. */
  async await<T>(promise: Promise<T>, withinMs: number, what: string): Promise<T> {
    let settled = false;
    const note = (): void => {
      settled = true;
    };
    promise.then(note, note);
    await this.runUntil(() => settled, this.#nowMs + withinMs, what);
    return promise;
  }

  /** Runs for some time. */
  async pass(ms: number): Promise<void> {
    let over = false;
    this.schedule(undefined, ms, 'time has passed', () => {
      over = true;
    });
    await this.runUntil(() => over, Infinity, 'time to pass');
  }

  #step(): boolean {
    for (let event = this.#events.poll(); event !== undefined; event = this.#events.poll()) {
      const { owner, label, run } = event;
      if (event.cancelled || owner?.state === 'crashed') continue;
      this.#nowMs = Math.max(this.#nowMs, event.at);
      if (owner?.state === 'paused') {
        this.#hold(owner, event);
        continue;
      }
      this.trace.add(this.#nowMs, owner === undefined ? label : `${owner.name} ${label}`);
      run();
      return true;
    }
    return false;
  }

  /** Keeps an event of a paused process; it can still be cancelled. */
  #hold(owner: SimulatedProcess, event: Event): void {
    owner.whenAwake(() => {
      if (!event.cancelled) this.#events.add(event);
    });
  }
}
