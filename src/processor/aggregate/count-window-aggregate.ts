import type { CountWindow } from '../../serde/count-windowed.js';
import type { KeyValueStore } from '../../state/store.js';
import { Record, type Processor, type ProcessorContext } from '../../topology/processor.js';
import { Change } from '../ktable/change.js';
import type { CountWindows } from '../window/count-windows.js';
import type { OpenCountWindow, OpenCountWindows } from './open-count-windows.js';
import { fold, type Aggregation } from './stream-aggregate.js';
import type { WindowedAggregateOptions } from './windowed-aggregate-options.js';

/**
 * Folds the values of a key into windows of so many records: one read and one write per record, whatever the number of
 * windows. A window that is full has its final result and leaves the store. Records without key or value are dropped.
 */
export class CountWindowAggregateProcessor<K, V, A> implements Processor<K, V, CountWindow<K>, Change<A>> {
  readonly #options: WindowedAggregateOptions<Aggregation<K, V, A>, CountWindows>;
  #context!: ProcessorContext<CountWindow<K>, Change<A>>; // set by init, which always comes before process, as is the store
  #store!: KeyValueStore<K, OpenCountWindows<A>>;

  constructor(options: WindowedAggregateOptions<Aggregation<K, V, A>, CountWindows>) {
    this.#options = options;
  }

  init(context: ProcessorContext<CountWindow<K>, Change<A>>): void {
    this.#context = context;
    this.#store = context.getStateStore(this.#options.storeName);
  }

  process(record: Record<K, V>): void {
    const { key, value } = record;
    if (key == null || value == null) {
      this.#context.dropped(key == null ? 'null-key' : 'null-value');
      return;
    }
    const { size } = this.#options.windows;
    const row = this.#store.get(key) ?? NO_RECORDS;
    const before = this.#withNext(row, record.timestamp);
    const windows = before.map((window) => this.#add(window, record));
    const open = windows[0]?.count === size ? windows.slice(1) : windows; // the oldest alone can be full
    this.#store.put(key, { records: row.records + 1, windows: open });
    windows.forEach((window, i) => {
      this.#forward(record, window, before[i]?.value ?? null);
    });
  }

  /** The open windows, with the one that begins with this record. */
  #withNext({ records, windows }: OpenCountWindows<A>, timestamp: number): readonly OpenCountWindow<A>[] {
    const { advance } = this.#options.windows;
    if (records % advance !== 0) return windows;
    const next = { index: records / advance, count: 0, start: timestamp, latest: timestamp, value: null };
    return [...windows, next];
  }

  #add(window: OpenCountWindow<A>, { key, value, timestamp }: Record<K, V>): OpenCountWindow<A> {
    return {
      ...window,
      count: window.count + 1,
      latest: Math.max(window.latest, timestamp),
      value: fold(this.#options.aggregation, window.value ?? undefined, value, key),
    };
  }

  #forward({ key, headers }: Record<K, V>, window: OpenCountWindow<A>, old: A | null): void {
    const { emit, windows, sendOldValues, aggregation } = this.#options;
    const { index, start, latest, count, value } = window;
    const final = emit === 'onWindowClose';
    if (final && (count < windows.size || value === null)) return;
    // As in other aggregates, what an aggregation starts from counts as its first old value.
    const oldValue = sendOldValues && !final ? (old ?? aggregation.initializer?.() ?? null) : null;
    this.#context.forward(new Record({ key, index, start }, new Change(value, oldValue), latest, headers));
  }
}

const NO_RECORDS = { records: 0, windows: [] };
