import type { MetricsMessage } from '../api/messages.js';
import { figuresBetween, type Figures } from './figures.js';

/**
 * The answers of the last few seconds. Rates are taken over the whole window: counts that grow by commits would make rates
 * over a second jump.
 */
export class SampleWindow {
  readonly #samples: { readonly atMs: number; readonly metrics: MetricsMessage }[] = [];

  constructor(private readonly windowMs = 5_000) {}

  add(atMs: number, metrics: MetricsMessage): Figures {
    this.#samples.push({ atMs, metrics });
    while ((this.#samples[1]?.atMs ?? Infinity) <= atMs - this.windowMs) this.#samples.shift();
    const before = this.#samples.length > 1 ? this.#samples[0]?.metrics : undefined;
    return figuresBetween(before, metrics);
  }

  /** After a time without answers, rates over it would be averages of something else. */
  clear(): void {
    this.#samples.length = 0;
  }
}
