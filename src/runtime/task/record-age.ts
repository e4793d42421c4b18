import type { Histogram } from '../../observability/metrics.js';

/** How old records are when a node has them: of many, the last is observed. */
export class RecordAge {
  /** Of the last record since it was observed; negative: none. */
  lastTimestamp = -1;
  readonly #seconds: Histogram;

  constructor(seconds: Histogram) {
    this.#seconds = seconds;
  }

  observe(nowMs: number): void {
    if (this.lastTimestamp < 0) return;
    this.#seconds.observe(Math.max(0, nowMs - this.lastTimestamp) / 1_000);
    this.lastTimestamp = -1;
  }
}
