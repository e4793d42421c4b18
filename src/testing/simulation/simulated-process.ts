import { sleepBy, type CancelTimer, type Clock } from '../../util/time.js';
import type { SimulatedWorld } from './simulated-world.js';

/** 2026-01-01T00:00:00Z, when every simulation starts. */
export const SIMULATION_START = 1_767_225_600_000;

/** What a turn of the event loop may cost. */
const MOST_TURN_MS = 0.2;

/**
 * One incarnation of a program on a machine, from its start to its end. Whoever waits in a paused one goes on when it wakes;
 * whoever waits in a crashed one waits for ever.
 */
export class SimulatedProcess {
  #state: 'running' | 'paused' | 'crashed' = 'running';
  #held: (() => void)[] = [];
  readonly clock: Clock;

  /** @param skewMs how far the machine's wall clock is ahead */
  constructor(
    private readonly world: SimulatedWorld,
    readonly name: string,
    skewMs = 0,
  ) {
    this.clock = new SimulatedClock(world, this, skewMs);
  }

  get state(): 'running' | 'paused' | 'crashed' {
    return this.#state;
  }

  crash(): void {
    this.#state = 'crashed';
    this.#held = [];
  }

  pause(): void {
    if (this.#state === 'running') this.#state = 'paused';
  }

  wake(): void {
    if (this.#state !== 'paused') return;
    this.#state = 'running';
    const held = this.#held;
    this.#held = [];
    for (const goOn of held) goOn();
  }

  /** Called by the world for what would have happened meanwhile. */
  whenAwake(goOn: () => void): void {
    this.#held.push(goOn);
  }

  schedule(delayMs: number, label: string, run: () => void): CancelTimer {
    return this.world.schedule(this, delayMs, label, run);
  }
}

class SimulatedClock implements Clock {
  readonly #start: number;
  readonly #random;

  constructor(
    private readonly world: SimulatedWorld,
    private readonly process: SimulatedProcess,
    private readonly skewMs: number,
  ) {
    this.#start = world.nowMs;
    this.#random = world.random(`turns of ${process.name}`);
  }

  nowMs(): number {
    return SIMULATION_START + Math.floor(this.world.nowMs + this.skewMs);
  }

  monotonicMs(): number {
    return this.world.nowMs - this.#start;
  }

  schedule(delayMs: number, callback: () => void): CancelTimer {
    return this.process.schedule(Math.max(1, Math.trunc(delayMs)), 'timer', callback); // as Node's timers
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepBy(this, delayMs, signal);
  }

  yieldToEventLoop(): Promise<void> {
    return new Promise((resolve) => {
      this.process.schedule(this.#random.next() * MOST_TURN_MS, 'turn', resolve);
    });
  }
}
