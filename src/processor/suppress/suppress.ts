import type { ChangeBuffer } from '../../state/store.js';
import { EMISSION_SLICE, Record, type Processor, type ProcessorContext } from '../../topology/processor.js';
import { MillraceError } from '../../util/errors.js';
import { Change } from '../ktable/change.js';
import type { Closable } from '../window/ticked.js';
import { ObservedTime } from '../window/window-close.js';

/** When a suppression lets changes go, and how much it holds back. */
export interface Suppression<K> {
  readonly storeName: string;
  /** The time a change is held back by. */
  readonly timeOf: (key: K, timestamp: number) => number;
  /** How long after that time, by the stream's, it goes on. */
  readonly waitMs: number;
  readonly maxRecords: number;
  readonly maxBytes: number;
  /** What happens when more is to be held back than fits. */
  readonly whenFull: 'emitEarly' | 'shutDown';
  /** Nobody has heard of a key before its one result, so its deletion is no news. */
  readonly dropsTombstones: boolean;
}

/**
 * Holds a table's changes back, the last one per key, until stream time has come far enough. Each goes on with the
 * timestamp, headers and origin of the record that made it.
 */
export class SuppressProcessor<K, V> implements Closable, Processor<K, Change<V>, K, Change<V>> {
  readonly #suppression: Suppression<K>;
  #context!: ProcessorContext<K, Change<V>>; // these three are set by init, which always comes before process
  #buffer!: ChangeBuffer<K, V>;
  #observed!: ObservedTime;

  constructor(suppression: Suppression<K>) {
    this.#suppression = suppression;
  }

  init(context: ProcessorContext<K, Change<V>>): void {
    this.#context = context;
    this.#buffer = context.getStateStore(this.#suppression.storeName);
    this.#observed = new ObservedTime(context);
  }

  process(record: Record<K, Change<V>>): void | Promise<void> {
    const { key, value, timestamp, headers } = record;
    const streamTimeMs = this.#observed.advance(timestamp);
    const origin = this.#context.recordMetadata() ?? NO_ORIGIN;
    const context = { ...origin, timestamp, headers };
    this.#buffer.put(this.#suppression.timeOf(key, timestamp), key, value.newValue, value.oldValue, context);
    return this.#emitDue(streamTimeMs);
  }

  get streamTimeMs(): number {
    return this.#observed.timeMs;
  }

  closesAt(streamTimeMs: number): boolean {
    return this.#buffer.firstTimeMs <= streamTimeMs - this.#suppression.waitMs;
  }

  closeAt(streamTimeMs: number): void | Promise<void> {
    return this.#emitDue(this.#observed.advance(streamTimeMs));
  }

  #emitDue(streamTimeMs: number): void | Promise<void> {
    const dueMs = streamTimeMs - this.#suppression.waitMs;
    if (!this.#emit(dueMs)) return this.#emitOn(dueMs);
  }

  /** Lets a slice go; gives whether that were all. */
  #emit(dueMs: number): boolean {
    const { maxRecords, maxBytes, whenFull } = this.#suppression;
    const buffer = this.#buffer;
    for (let emitted = 0; ; emitted++) {
      const due = buffer.firstTimeMs <= dueMs;
      const full = buffer.size > maxRecords || buffer.bytes > maxBytes;
      if (!due && !full) return true;
      if (!due && whenFull === 'shutDown') throw this.#overflow();
      if (emitted === EMISSION_SLICE) return false;
      this.#emitFirst();
    }
  }

  async #emitOn(dueMs: number): Promise<void> {
    do await this.#context.room();
    while (!this.#emit(dueMs));
  }

  #emitFirst(): void {
    const first = this.#buffer.first();
    if (first === undefined) return;
    const { key, newValue, oldValue, context } = first;
    if (newValue !== null || !this.#suppression.dropsTombstones) {
      const change = new Change(newValue, oldValue);
      this.#context.forwardFrom(context, new Record(key, change, context.timestamp, context.headers));
    }
    this.#buffer.removeFirst();
  }

  #overflow(): MillraceError {
    const { size, bytes } = this.#buffer;
    const { maxRecords, maxBytes } = this.#suppression;
    return new MillraceError({
      code: 'SUPPRESS_BUFFER_FULL',
      kind: 'data',
      message:
        `${this.#context.nodeName} buffer exceeded its max capacity.` +
        ` Currently [${String(size)}/${String(maxRecords)}] records and [${String(bytes)}/${String(maxBytes)}] bytes.`,
      hint: "Allow more, or say whenFull: 'emitEarly' where that is possible.",
      context: { node: this.#context.nodeName },
    });
  }
}

/** Of a change that came from a punctuation. */
const NO_ORIGIN = { topic: '', partition: -1, offset: -1 };
