import type { Headers } from '../../util/headers.js';
import { EMISSION_SLICE, type ProcessorContext, type Record } from '../../topology/processor.js';

/** When the updates of a window are sent on: each, or one final result when the window is closed. */
export type EmitStrategy = 'onWindowUpdate' | 'onWindowClose';

/** The windows that close, by the time that their store is ordered by: a window's start, or a session's end. */
export interface ClosingWindows {
  /** The first one that was not closed yet at an earlier close time; -1: none was closed. */
  first(emittedUpToMs: number): number;
  /** The last one that is closed. */
  last(closeTimeMs: number): number;
}

/** What a {@link WindowCloseEmitter} is told. */
export interface EmitterOptions<E> {
  readonly context: ProcessorContext;
  readonly storeName: string;
  readonly closing: ClosingWindows;
  /** Whether `scan` gives windows in the order of their times. If not, it is asked only for those that have closed. */
  readonly ordered: boolean;
  readonly scan: (fromMs: number, toMs: number) => AsyncIterable<E>;
  readonly timeOf: (entry: E) => number;
  readonly toRecord: (entry: E, headers: Headers) => Record<unknown, unknown>;
}

/**
 * Sends windows on when they close (KIP-825). It knows the time of the first window that has not closed, and reads the store
 * only when that one does. How far it came is committed with the input, under the store's name as in Kafka Streams.
 *
 * Kafka Streams looks at most once a second; here a window is sent as soon as a record closes it.
 */
export class WindowCloseEmitter<E> {
  readonly #options: EmitterOptions<E>;
  #emittedUpToMs: number;
  /** No window before this one is still to be sent. */
  #nextMs = -1;

  constructor(options: EmitterOptions<E>) {
    this.#options = options;
    this.#emittedUpToMs = options.context.metadata.get(options.storeName) ?? -1;
  }

  /** A window with this time was put. */
  noticed(timeMs: number): void {
    if (timeMs < this.#nextMs) this.#nextMs = timeMs;
  }

  /** Whether windows may be there that this close time closes. */
  due(closeTimeMs: number): boolean {
    if (closeTimeMs <= this.#emittedUpToMs) return false;
    const lastMs = this.#options.closing.last(closeTimeMs);
    return lastMs >= 0 && this.#nextMs <= lastMs;
  }

  /** Sends the windows that this close time closes, with the headers of the record that does it. */
  emit(closeTimeMs: number, headers: Headers): void | Promise<void> {
    if (this.due(closeTimeMs)) return this.#emit(this.#options.closing.last(closeTimeMs), closeTimeMs, headers);
  }

  async #emit(lastMs: number, closeTimeMs: number, headers: Headers): Promise<void> {
    const { context, storeName, closing, ordered, scan, timeOf, toRecord } = this.#options;
    const entries = scan(closing.first(this.#emittedUpToMs), ordered ? Number.MAX_SAFE_INTEGER : lastMs);
    this.#nextMs = ordered ? Infinity : lastMs + 1;
    let sent = 0;
    for await (const entry of entries) {
      const timeMs = timeOf(entry);
      if (timeMs > lastMs) {
        this.#nextMs = timeMs;
        break;
      }
      context.forward(toRecord(entry, headers));
      if (++sent % EMISSION_SLICE === 0) await context.room();
    }
    this.#emittedUpToMs = closeTimeMs;
    context.metadata.put(storeName, closeTimeMs);
  }
}
