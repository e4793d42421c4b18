import type { Windowed } from '../../serde/windowed.js';
import type { Processor, ProcessorContext, Record } from '../../topology/processor.js';
import type { Change } from '../ktable/change.js';
import { windowTable, type WindowTable } from '../ktable/store-view.js';
import { UpdateForwarder } from '../ktable/update-forwarder.js';
import { closeTime, ObservedTime, windowClosed } from '../window/window-close.js';
import { firstWindowStart, type TimeWindows } from '../window/windows.js';
import { fold, type Aggregation } from './stream-aggregate.js';

/**
 * Folds the values of a key and a time window into one: one read and one write per record and window. Records without a
 * key are dropped; so are, window by window, records for windows that are closed.
 */
export class WindowAggregateProcessor<K, V, A> implements Processor<K, V, Windowed<K>, Change<A>> {
  readonly #aggregation: Aggregation<K, V, A>;
  readonly #windows: TimeWindows;
  readonly #storeName: string;
  readonly #sendOldValues: boolean;
  #context!: ProcessorContext<Windowed<K>, Change<A>>; // these four are set by init, which always comes before process
  #store!: WindowTable<K, A>;
  #forwarder!: UpdateForwarder<Windowed<K>, A>;
  #observed!: ObservedTime;

  constructor(aggregation: Aggregation<K, V, A>, windows: TimeWindows, storeName: string, sendOldValues: boolean) {
    this.#aggregation = aggregation;
    this.#windows = windows;
    this.#storeName = storeName;
    this.#sendOldValues = sendOldValues;
  }

  init(context: ProcessorContext<Windowed<K>, Change<A>>): void {
    this.#context = context;
    this.#store = windowTable(context, this.#storeName);
    this.#forwarder = new UpdateForwarder(context, this.#storeName, this.#sendOldValues);
    this.#observed = new ObservedTime(context);
  }

  process(record: Record<K, V>): void {
    if (record.key == null) {
      this.#context.dropped('null-key');
      return;
    }
    const { sizeMs, advanceMs, graceMs } = this.#windows;
    const { timestamp } = record;
    const closeTimeMs = closeTime(this.#observed.advance(timestamp), graceMs);
    for (let start = firstWindowStart(this.#windows, timestamp); start <= timestamp; start += advanceMs) {
      if (windowClosed(start + sizeMs, closeTimeMs)) this.#context.dropped('late');
      else this.#addTo(start, record);
    }
  }

  #addTo(start: number, { key, value, timestamp, headers }: Record<K, V>): void {
    const old = this.#store.fetch(key, start);
    const newValue = fold(this.#aggregation, old?.value, value, key);
    const newTimestamp = old === undefined ? timestamp : Math.max(timestamp, old.timestamp);
    this.#store.put(key, newValue, newTimestamp, start);
    if (!this.#forwarder.immediate) return;
    const window = { key, start, end: start + this.#windows.sizeMs };
    this.#forwarder.forward(window, newValue, this.#oldValue(old?.value), newTimestamp, headers);
  }

  #oldValue(old: A | undefined): A | null {
    if (!this.#sendOldValues) return null;
    return old ?? this.#aggregation.initializer?.() ?? null;
  }
}
