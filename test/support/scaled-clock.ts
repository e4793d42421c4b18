import { systemClock, type Clock } from '../../src/util/time.js';

/** The machine's clock, `factor` times as fast: what takes minutes passes in a moment. */
export function scaledClock(factor: number): Clock {
  return {
    nowMs: () => systemClock.nowMs(),
    monotonicMs: () => systemClock.monotonicMs() * factor,
    schedule: (delayMs, callback, options) => systemClock.schedule(delayMs / factor, callback, options),
    sleep: (delayMs, signal) => systemClock.sleep(delayMs / factor, signal),
    yieldToEventLoop: () => systemClock.yieldToEventLoop(),
  };
}
