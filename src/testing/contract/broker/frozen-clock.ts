import type { CancelTimer, Clock } from '../../../util/time.js';

/** A clock whose timers can be stopped for a while, as those of a process that is stopped or blocked are. */
export class FrozenClock implements Clock {
  private frozen = false;
  private held: (() => void)[] = [];

  constructor(private readonly clock: Clock) {}

  freeze(): void {
    this.frozen = true;
  }

  /** Runs what fell due in the meantime. */
  thaw(): void {
    this.frozen = false;
    const held = this.held;
    this.held = [];
    for (const callback of held) callback();
  }

  nowMs(): number {
    return this.clock.nowMs();
  }
  monotonicMs(): number {
    return this.clock.monotonicMs();
  }
  schedule(delayMs: number, callback: () => void, options?: { unref?: boolean }): CancelTimer {
    let cancelled = false;
    const run = (): void => {
      if (cancelled) return;
      if (this.frozen) this.held.push(run);
      else callback();
    };
    const cancel = this.clock.schedule(delayMs, run, options);
    return () => {
      cancelled = true;
      cancel();
    };
  }
  async sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    await this.clock.sleep(delayMs, signal);
  }
  yieldToEventLoop(): Promise<void> {
    return this.clock.yieldToEventLoop();
  }
}
