import type { Clock } from '../util/time.js';

/** Lets the loop sleep until something happens. A wake while nobody waits is remembered for the next wait. */
export class WakeSignal {
  #woken = false;
  #resolve: (() => void) | undefined;

  constructor(private readonly clock: Clock) {}

  wake(): void {
    this.#woken = true;
    this.#resolve?.();
  }

  /** Resolves at the next wake, or when `timeoutMs` have passed. */
  async wait(timeoutMs: number): Promise<void> {
    if (!this.#woken) {
      await new Promise<void>((resolve) => {
        const cancel = this.clock.schedule(timeoutMs, resolve);
        this.#resolve = () => {
          cancel();
          resolve();
        };
      });
    }
    this.#woken = false;
    this.#resolve = undefined;
  }
}
