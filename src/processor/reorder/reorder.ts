import type { ChangeBuffer } from '../../state/store.js';
import { EMISSION_SLICE, Record, type Processor, type ProcessorContext } from '../../topology/processor.js';
import { LateOutput } from '../window/late-output.js';
import type { Closable } from '../window/ticked.js';
import { ObservedTime } from '../window/window-close.js';
import type { Arrival } from './arrival.js';
import type { HeldRecord } from './held-record.js';

/** How a stream is put in order. */
export interface Reordering<K, V> {
  readonly storeName: string;
  readonly withinMs: number;
  /** Orders records of one timestamp. Absent: the topic that they came from does. */
  readonly thenBy: ((value: V, key: K) => string) | undefined;
  readonly lateChild: string | undefined;
}

/**
 * Holds records back until the watermark, which is stream time less `withinMs`, has reached their timestamps, and sends them
 * on by timestamp; those of one timestamp by `thenBy` or topic, then by offset. A record below the watermark is late: later ones have gone on.
 */
export class ReorderProcessor<K, V> implements Closable, Processor<K, V, K, V> {
  readonly #reordering: Reordering<K, V>;
  #context!: ProcessorContext<K, V>; // these four are set by init, which always comes before process
  #buffer!: ChangeBuffer<Arrival, HeldRecord<K, V>>;
  #observed!: ObservedTime;
  #late!: LateOutput;
  #last: Arrival = NO_ARRIVAL;

  constructor(reordering: Reordering<K, V>) {
    this.#reordering = reordering;
  }

  init(context: ProcessorContext<K, V>): void {
    this.#context = context;
    this.#buffer = context.getStateStore(this.#reordering.storeName);
    this.#observed = new ObservedTime(context);
    this.#late = new LateOutput(context, this.#reordering.lateChild);
  }

  process(record: Record<K, V>): void | Promise<void> {
    const { key, value, timestamp, headers } = record;
    const streamTimeMs = this.#observed.advance(timestamp);
    const watermarkMs = streamTimeMs - this.#reordering.withinMs;
    if (timestamp < watermarkMs) {
      this.#late.drop(record, streamTimeMs);
      return;
    }
    const origin = this.#context.recordMetadata() ?? NO_ORIGIN;
    const { thenBy } = this.#reordering;
    const arrival = this.#arrivalOf(thenBy === undefined ? origin.topic : thenBy(value, key), origin.offset);
    this.#buffer.put(timestamp, arrival, { key, value }, null, { ...origin, timestamp, headers });
    return this.#emitDue(watermarkMs);
  }

  get streamTimeMs(): number {
    return this.#observed.timeMs;
  }

  closesAt(streamTimeMs: number): boolean {
    return this.#buffer.firstTimeMs <= streamTimeMs - this.#reordering.withinMs;
  }

  closeAt(streamTimeMs: number): void | Promise<void> {
    return this.#emitDue(this.#observed.advance(streamTimeMs) - this.#reordering.withinMs);
  }

  /**
   * The place of a record among those of its time, which no record that is held back has. Taken are places of records that
   * came from one input record, or, at least once, of one that comes again.
   */
  #arrivalOf(group: string, offset: number): Arrival {
    const again = group === this.#last.group && offset === this.#last.offset;
    let arrival = { group, offset, ordinal: again ? this.#last.ordinal + 1 : 0 };
    while (this.#buffer.priorValue(arrival) !== undefined) arrival = { group, offset, ordinal: arrival.ordinal + 1 };
    this.#last = arrival;
    return arrival;
  }

  #emitDue(watermarkMs: number): void | Promise<void> {
    if (!this.#emit(watermarkMs)) return this.#emitOn(watermarkMs);
  }

  /** Lets a slice go; gives whether that were all. */
  #emit(watermarkMs: number): boolean {
    for (let emitted = 0; this.#buffer.firstTimeMs <= watermarkMs; emitted++) {
      if (emitted === EMISSION_SLICE) return false;
      this.#emitFirst();
    }
    return true;
  }

  async #emitOn(watermarkMs: number): Promise<void> {
    do await this.#context.room();
    while (!this.#emit(watermarkMs));
  }

  #emitFirst(): void {
    const first = this.#buffer.first();
    const held = first?.newValue;
    if (first === undefined || held == null) return; // there always is one, since its time was asked for
    const { timestamp, headers } = first.context;
    this.#buffer.removeFirst();
    // Null comes out where null went in.
    this.#context.forwardFrom(first.context, new Record(held.key as K, held.value as V, timestamp, headers));
  }
}

const NO_ORIGIN = { topic: '', partition: -1, offset: -1 };
const NO_ARRIVAL: Arrival = { group: '', offset: -1, ordinal: -1 };
