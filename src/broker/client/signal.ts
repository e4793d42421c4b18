import type { Clock } from '../../util/time.js';

/** Wakes whoever waits; a raise that nobody waits for is kept for the next wait. */
export class Signal {
  private raised = false;
  private wakers: (() => void)[] = [];

  constructor(private readonly clock: Clock) {}

  raise(): void {
    if (this.wakers.length === 0) this.raised = true;
    const wakers = this.wakers;
    this.wakers = [];
    for (const wake of wakers) wake();
  }

  /** Resolves at the next raise, or after `timeoutMs`. */
  wait(timeoutMs: number): Promise<void> {
    if (this.raised) {
      this.raised = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const wake = (): void => {
        cancel();
        this.wakers = this.wakers.filter((one) => one !== wake);
        resolve();
      };
      const cancel = this.clock.schedule(timeoutMs, wake);
      this.wakers.push(wake);
    });
  }
}
