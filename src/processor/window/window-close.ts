import type { ProcessorContext } from '../../topology/processor.js';

/*
 * When is a window closed, when is a record late.
 *
 * An operator's stream time is the largest timestamp it has seen. A window is closed once stream time, less the grace
 * period, has reached its end; a record that comes for a closed window is late, and dropped for that window. Where no record
 * comes, ticks can move stream time (`close-on.ts`).
 */

/** The end up to which windows are closed at this stream time. */
export function closeTime(streamTimeMs: number, graceMs: number): number {
  return streamTimeMs - graceMs;
}

/** Whether a window with this end (excluded from it) is closed. */
export function windowClosed(endMs: number, closeTimeMs: number): boolean {
  return endMs <= closeTimeMs;
}

/** An operator's own stream time. It is committed with the input, so that what was late stays late after a restart. */
export class ObservedTime {
  readonly #context: ProcessorContext;
  readonly #name: string;
  #timeMs: number;

  constructor(context: ProcessorContext) {
    this.#context = context;
    this.#name = `observed-${context.nodeName}`;
    this.#timeMs = context.metadata.get(this.#name) ?? -1;
  }

  /** -1 before the first record. */
  get timeMs(): number {
    return this.#timeMs;
  }

  /** Takes a record's timestamp into account; gives the stream time, which never goes back. */
  advance(timestamp: number): number {
    if (timestamp > this.#timeMs) {
      this.#timeMs = timestamp;
      this.#context.metadata.put(this.#name, timestamp);
    }
    return this.#timeMs;
  }
}
