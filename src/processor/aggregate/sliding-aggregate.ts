import type { Windowed } from '../../serde/windowed.js';
import { EMISSION_SLICE, type Processor, type ProcessorContext, type Record } from '../../topology/processor.js';
import { TopologyError } from '../../topology/topology-error.js';
import type { Headers } from '../../util/headers.js';
import type { Change } from '../ktable/change.js';
import { indexedWindowTable, type IndexedWindowTable, type TimedWindow } from '../ktable/indexed-window-table.js';
import { UpdateForwarder } from '../ktable/update-forwarder.js';
import type { SlidingWindows } from '../window/sliding-windows.js';
import { LateOutput } from '../window/late-output.js';
import type { Closable } from '../window/ticked.js';
import { closeTime, ObservedTime } from '../window/window-close.js';
import { windowEmitter, type WindowEmitter } from '../window/window-emitter.js';
import type { ClosingWindows } from '../window/window-close-emitter.js';
import type { Aggregation } from './stream-aggregate.js';
import type { WindowedAggregateOptions } from './windowed-aggregate-options.js';

/** A record of a key and a value, and the time up to which windows are closed. */
interface Arrival<K, V> {
  readonly record: Record<K, V>;
  readonly closeTimeMs: number;
}

/** An aggregate and the largest timestamp folded into it. */
type Timed<A> = Pick<TimedWindow<A>, 'value' | 'timestamp'>;

/**
 * Folds the values of a key into windows that each begin right behind a record or end at one. A record at time t with
 * windows of difference d
 *
 * - is added to every window that holds t,
 * - makes the one that ends at it (its left window, [t - d, t]), from the values of the latest window before,
 * - makes the one that begins behind it (its right window, [t + 1, t + 1 + d]) if later records are there,
 * - makes the right window of the record before it, which has been empty so far.
 *
 * A window's timestamp is that of the latest record in it, which tells what the windows must be made from. Records that
 * are earlier than d share the window [0, d] as their left one. Records without key or value are dropped.
 */
export class SlidingAggregateProcessor<K, V, A> implements Closable, Processor<K, V, Windowed<K>, Change<A>> {
  readonly #options: WindowedAggregateOptions<Aggregation<K, V, A>, SlidingWindows>;
  readonly #differenceMs: number;
  #context!: ProcessorContext<Windowed<K>, Change<A>>; // these four are set by init, which always comes before process
  #store!: IndexedWindowTable<K, A>;
  #observed!: ObservedTime;
  #late!: LateOutput;
  /** Of the two one is there, by the emit strategy. */
  #forwarder: UpdateForwarder<Windowed<K>, A> | undefined;
  #emitter: WindowEmitter | undefined;

  constructor(options: WindowedAggregateOptions<Aggregation<K, V, A>, SlidingWindows>) {
    this.#options = options;
    this.#differenceMs = options.windows.differenceMs;
  }

  init(context: ProcessorContext<Windowed<K>, Change<A>>): void {
    const { storeName, sendOldValues, emit } = this.#options;
    this.#context = context;
    this.#store = indexedWindowTable(context, storeName);
    if (emit === 'onWindowClose')
      this.#emitter = windowEmitter(context, storeName, closingSlidingWindows(this.#differenceMs));
    else this.#forwarder = new UpdateForwarder(context, storeName, sendOldValues);
    this.#observed = new ObservedTime(context);
    this.#late = new LateOutput(context, this.#options.lateChild);
  }

  process(record: Record<K, V>): void | Promise<void> {
    const { key, value, timestamp } = record;
    if (key == null || value == null) {
      this.#context.dropped(key == null ? 'null-key' : 'null-value');
      return;
    }
    const closeTimeMs = closeTime(this.#observed.advance(timestamp), this.#options.windows.graceMs);
    // A window's end is included in it: the last one that the record can be in ends `differenceMs` later.
    if (timestamp + this.#differenceMs < closeTimeMs) {
      this.#drop({ record, closeTimeMs }, timestamp);
    } else {
      const arrival = { record, closeTimeMs };
      const early = timestamp < this.#differenceMs; // such a record closes no windows, as in Kafka Streams
      const steps = early ? this.#takeEarly(arrival) : this.#take(arrival);
      if (!someSteps(steps)) return this.#goOn(steps, early ? undefined : arrival);
      if (!early) return this.#emitter?.emit(closeTimeMs, record.headers);
    }
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

  /** A record may be in any number of windows. */
  async #goOn(steps: Iterator<void, void>, closing: Arrival<K, V> | undefined): Promise<void> {
    do await this.#context.room();
    while (!someSteps(steps));
    if (closing !== undefined) await this.#emitter?.emit(closing.closeTimeMs, closing.record.headers);
  }

  /** Takes a record into its windows, step by step. */
  *#take(arrival: Arrival<K, V>): Generator<void, void> {
    if (this.#differenceMs === 0) {
      throw new TopologyError('INVALID_WINDOW', 'Window endMs must be greater than window startMs.', {
        hint: 'Give the sliding windows a difference above 0.',
      });
    }
    const { key, timestamp } = arrival.record;
    const starts = new Set<number>();
    let right: Timed<A> | undefined;
    let left: Timed<A> | undefined;
    let previousMs: number | undefined;
    let hasLeft = false;
    let hasRight = false;
    for (const window of this.#store.windowsOf(key, timestamp - 2 * this.#differenceMs, timestamp + 1)) {
      const endMs = window.startMs + this.#differenceMs;
      starts.add(window.startMs);
      if (window.startMs === timestamp + 1) {
        hasRight = true;
      } else if (endMs > timestamp) {
        right ??= window;
        this.#addTo(window.startMs, window, arrival);
        yield;
      } else if (endMs === timestamp) {
        hasLeft = true;
        this.#addTo(window.startMs, window, arrival);
        // Another record at this time has made every window that this one would make.
        if (window.timestamp >= timestamp) return;
        previousMs = window.timestamp;
      } else {
        left = window;
        previousMs = window.timestamp;
        break;
      }
    }
    if (previousMs !== undefined && previousMs + 1 + this.#differenceMs >= timestamp) {
      this.#makeRightOf(previousMs, starts, arrival);
    }
    if (!hasLeft) this.#makeLeft(left, previousMs, arrival);
    if (!hasRight) this.#makeRight(right, arrival);
  }

  /** Of a record before the first whole window: its left one is [0, differenceMs], which all such records share. */
  *#takeEarly(arrival: Arrival<K, V>): Generator<void, void> {
    const { key, timestamp } = arrival.record;
    const starts = new Set<number>();
    let right: Timed<A> | undefined;
    let first: Timed<A> | undefined;
    let hasRight = false;
    for (const window of [...this.#store.windowsOf(key, 0, timestamp + 1)].reverse()) {
      starts.add(window.startMs);
      if (window.startMs === 0) {
        first = window;
      } else if (window.startMs <= timestamp) {
        right = window;
        this.#addTo(window.startMs, window, arrival);
        yield;
      } else {
        hasRight = true;
      }
    }
    // Without a window in between, the first one holds nothing but this record's right window and what is before it.
    if (right === undefined && first !== undefined && first.timestamp > timestamp) right = first;
    if (!hasRight) this.#makeRight(right, arrival);
    if (first !== undefined && first.timestamp < timestamp) this.#makeRightOf(first.timestamp, starts, arrival);
    this.#addTo(0, first ?? this.#nothingYet(timestamp), arrival);
  }

  #makeLeft(before: Timed<A> | undefined, previousMs: number | undefined, arrival: Arrival<K, V>): void {
    const { timestamp } = arrival.record;
    const startMs = timestamp - this.#differenceMs;
    const isEmpty = before === undefined || previousMs === undefined || previousMs < startMs;
    const start = isEmpty ? this.#nothingYet(timestamp) : { value: before.value, timestamp };
    this.#addTo(startMs, start, arrival);
  }

  /** The right window of the record at hand holds what the windows around it hold beyond it. */
  #makeRight(beyond: Timed<A> | undefined, { record: { key, timestamp, headers } }: Arrival<K, V>): void {
    if (beyond === undefined || beyond.timestamp <= timestamp) return;
    const start = timestamp + 1;
    this.#store.put(key, beyond.value, beyond.timestamp, start);
    this.#emitter?.noticed(start);
    const window = { key, start, end: start + this.#differenceMs };
    this.#forwarder?.forward(window, beyond.value, null, beyond.timestamp, headers);
  }

  #makeRightOf(previousMs: number, starts: ReadonlySet<number>, arrival: Arrival<K, V>): void {
    if (!starts.has(previousMs + 1)) {
      this.#addTo(previousMs + 1, this.#nothingYet(arrival.record.timestamp), arrival);
    }
  }

  #drop({ record, closeTimeMs }: Arrival<K, V>, start: number): void {
    const streamTimeMs = closeTimeMs + this.#options.windows.graceMs;
    this.#late.drop(record, streamTimeMs, { start, end: start + this.#differenceMs });
  }

  #addTo(start: number, old: Timed<A> | undefined, { record, closeTimeMs }: Arrival<K, V>): void {
    const { key, value, timestamp, headers } = record;
    const window = { key, start, end: start + this.#differenceMs };
    if (window.end < closeTimeMs) {
      this.#drop({ record, closeTimeMs }, start);
      return;
    }
    const aggregate = this.#fold(old?.value, value, key);
    const newTimestamp = old === undefined ? timestamp : Math.max(timestamp, old.timestamp);
    this.#store.put(key, aggregate, newTimestamp, start);
    this.#emitter?.noticed(start);
    this.#forwarder?.forward(window, aggregate, old?.value ?? null, newTimestamp, headers);
  }

  /** What a window starts from; undefined for a reduction. */
  #nothingYet(timestamp: number): Timed<A> | undefined {
    const { initializer } = this.#options.aggregation;
    return initializer === undefined ? undefined : { value: initializer(), timestamp };
  }

  #fold(old: A | undefined, value: V, key: K): A | null {
    const { initializer, aggregator } = this.#options.aggregation;
    // A reduction's aggregate is of the values' type; what an aggregation starts from may be nothing, if it takes that.
    if (old == null && initializer === undefined) return value as unknown as A;
    return aggregator(old as A, value, key);
  }
}

/** Takes steps, one slice at most; gives whether they were all. */
function someSteps(steps: Iterator<void, void>): boolean {
  for (let taken = 0; taken < EMISSION_SLICE; taken++) if (steps.next().done === true) return true;
  return false;
}

/** A sliding window's end is included in it, so it is closed when the close time is behind it. */
function closingSlidingWindows(differenceMs: number): ClosingWindows {
  return {
    first: (emittedUpToMs) => Math.max(0, emittedUpToMs - differenceMs),
    last: (closeTimeMs) => closeTimeMs - differenceMs - 1,
  };
}
