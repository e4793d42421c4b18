import type { Windowed } from '../../serde/windowed.js';
import { EMISSION_SLICE, type Processor, type ProcessorContext, type Record } from '../../topology/processor.js';
import type { Headers } from '../../util/headers.js';
import type { Change } from '../ktable/change.js';
import { windowTable, type WindowTable } from '../ktable/store-view.js';
import { UpdateForwarder } from '../ktable/update-forwarder.js';
import { LateOutput } from '../window/late-output.js';
import type { Closable } from '../window/ticked.js';
import { closeTime, ObservedTime, windowClosed } from '../window/window-close.js';
import { windowEmitter, type WindowEmitter } from '../window/window-emitter.js';
import { closingWindows, endOfWindow, type AlignedWindows } from '../window/aligned-windows.js';
import { firstWindowStart, type TimeWindows } from '../window/windows.js';
import { fold, type Aggregation } from './stream-aggregate.js';
import type { WindowedAggregateOptions } from './windowed-aggregate-options.js';

/**
 * Folds the values of a key and a time window into one: one read and one write per record and window. Records without a
 * key are dropped; so are, window by window, records for windows that are closed.
 */
export class WindowAggregateProcessor<K, V, A> implements Closable, Processor<K, V, Windowed<K>, Change<A>> {
  readonly #options: WindowedAggregateOptions<Aggregation<K, V, A>, AlignedWindows>;
  #context!: ProcessorContext<Windowed<K>, Change<A>>; // these four are set by init, which always comes before process
  #store!: WindowTable<K, A>;
  #observed!: ObservedTime;
  #late!: LateOutput;
  /** Of the two one is there, by the emit strategy. */
  #forwarder: UpdateForwarder<Windowed<K>, A> | undefined;
  #emitter: WindowEmitter | undefined;

  constructor(options: WindowedAggregateOptions<Aggregation<K, V, A>, AlignedWindows>) {
    this.#options = options;
  }

  init(context: ProcessorContext<Windowed<K>, Change<A>>): void {
    const { storeName, sendOldValues, emit, windows } = this.#options;
    this.#context = context;
    this.#store = windowTable(context, storeName);
    this.#observed = new ObservedTime(context);
    this.#late = new LateOutput(context, this.#options.lateChild);
    if (emit === 'onWindowClose') this.#emitter = windowEmitter(context, storeName, closingWindows(windows));
    else this.#forwarder = new UpdateForwarder(context, storeName, sendOldValues);
  }

  process(record: Record<K, V>): void | Promise<void> {
    if (record.key == null) {
      this.#context.dropped('null-key');
      return;
    }
    const { windows } = this.#options;
    const { timestamp } = record;
    const closeTimeMs = closeTime(this.#observed.advance(timestamp), windows.graceMs);
    if (windows.kind === 'calendar') {
      const start = windows.startOf(timestamp);
      this.#addUnlessClosed(start, windows.endOf(start), record, closeTimeMs);
    } else {
      const next = this.#addToSome(firstWindowStart(windows, timestamp), windows, record, closeTimeMs);
      if (next <= timestamp) return this.#goOn(next, windows, record, closeTimeMs);
    }
    return this.#emitter?.emit(closeTimeMs, record.headers);
  }

  /** A record may be in any number of windows. */
  async #goOn(start: number, windows: TimeWindows, record: Record<K, V>, closeTimeMs: number): Promise<void> {
    for (let next = start; next <= record.timestamp;) {
      await this.#context.room();
      next = this.#addToSome(next, windows, record, closeTimeMs);
    }
    await this.#emitter?.emit(closeTimeMs, record.headers);
  }

  /** Adds a record to its windows from one start on, a slice of them at most; gives the start of the next one. */
  #addToSome(first: number, windows: TimeWindows, record: Record<K, V>, closeTimeMs: number): number {
    const { sizeMs, advanceMs } = windows;
    let start = first;
    for (let added = 0; start <= record.timestamp && added < EMISSION_SLICE; start += advanceMs, added++) {
      this.#addUnlessClosed(start, start + sizeMs, record, closeTimeMs);
    }
    return start;
  }

  get streamTimeMs(): number {
    return this.#observed.timeMs;
  }

  closesAt(streamTimeMs: number): boolean {
    return this.#emitter?.due(closeTime(streamTimeMs, this.#options.windows.graceMs)) === true;
  }

  closeAt(streamTimeMs: number, headers: Headers): void | Promise<void> {
    const observedMs = this.#observed.advance(streamTimeMs);
    return this.#emitter?.emit(closeTime(observedMs, this.#options.windows.graceMs), headers);
  }

  #addUnlessClosed(start: number, end: number, record: Record<K, V>, closeTimeMs: number): void {
    if (windowClosed(end, closeTimeMs)) {
      this.#late.drop(record, closeTimeMs + this.#options.windows.graceMs, { start, end });
    } else {
      this.#addTo(start, record);
    }
  }

  #addTo(start: number, { key, value, timestamp, headers }: Record<K, V>): void {
    const old = this.#store.fetch(key, start);
    const newValue = fold(this.#options.aggregation, old?.value, value, key);
    const newTimestamp = old === undefined ? timestamp : Math.max(timestamp, old.timestamp);
    this.#store.put(key, newValue, newTimestamp, start);
    this.#emitter?.noticed(start);
    if (this.#forwarder?.immediate !== true) return;
    const window = { key, start, end: endOfWindow(this.#options.windows, start) };
    this.#forwarder.forward(window, newValue, this.#oldValue(old?.value), newTimestamp, headers);
  }

  #oldValue(old: A | undefined): A | null {
    const { sendOldValues, aggregation } = this.#options;
    if (!sendOldValues) return null;
    return old ?? aggregation.initializer?.() ?? null;
  }
}
