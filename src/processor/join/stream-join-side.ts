import type { JoinWindowStore, WindowMatches } from '../../state/store.js';
import { EMISSION_SLICE, Record, type Processor, type ProcessorContext } from '../../topology/processor.js';
import type { JoinWindows } from '../window/join-windows.js';
import { UnjoinedRecords, type UnjoinedStore } from './unjoined-records.js';

/** A stream-stream join as one of its sides sees it. */
export interface StreamJoinSide<K, Own, Other, VR> {
  /** Gets null for a side that has no record. */
  readonly joiner: (own: Own | null, other: Other | null, key: K) => VR;
  readonly windows: JoinWindows;
  readonly left: boolean;
  /** A record of this side gives a result also if it finds none of the other. */
  readonly outer: boolean;
  /** Where the other side's records are. */
  readonly otherStore: string;
  /** Where records wait that have found none of the other side; undefined in an inner join. */
  readonly sharedStore: string | undefined;
}

/**
 * Joins each record of one side with those of the other that are near enough in time. In a left or outer join a record that
 * finds none waits until its window has closed by stream time, so that no result is given too early (KIP-633).
 */
export class StreamJoinSideProcessor<K, Own, Other, VR> implements Processor<K, Own, K, VR> {
  readonly #side: StreamJoinSide<K, Own, Other, VR>;
  readonly #beforeMs: number;
  readonly #afterMs: number;
  #context!: ProcessorContext<K, VR>; // set by init, which always comes before process, as is the store
  #other!: JoinWindowStore<K, Other>;
  #waiting: UnjoinedRecords<K, Own, Other, VR> | undefined;

  constructor(side: StreamJoinSide<K, Own, Other, VR>) {
    const { windows, left } = side;
    this.#side = side;
    this.#beforeMs = left ? windows.beforeMs : windows.afterMs;
    this.#afterMs = left ? windows.afterMs : windows.beforeMs;
  }

  init(context: ProcessorContext<K, VR>): void {
    const { otherStore, sharedStore } = this.#side;
    this.#context = context;
    this.#other = context.getStateStore(otherStore);
    if (sharedStore === undefined) return;
    const store = context.getStateStore<UnjoinedStore<K, Own, Other>>(sharedStore);
    this.#waiting = new UnjoinedRecords(this.#side, this.#afterMs, context, store);
  }

  process(record: Record<K, Own>): void | Promise<void> {
    const { key, value, timestamp } = record;
    const waiting = this.#waiting;
    waiting?.time.advance(timestamp);
    if (value == null || (key == null && !this.#side.outer)) {
      this.#context.dropped(key == null ? 'null-key' : 'null-value');
      return;
    }
    if (key == null) {
      this.#forwardAlone(record);
      return;
    }
    if (waiting?.due(timestamp) === true) return waiting.emitClosed(record.headers).then(() => this.#join(record));
    return this.#join(record);
  }

  #join(record: Record<K, Own>): void | Promise<void> {
    const { key, timestamp } = record;
    const toMs = Math.max(0, timestamp + this.#afterMs);
    const matches = this.#other.matches(key, Math.max(0, timestamp - this.#beforeMs), toMs);
    if (matches.count > EMISSION_SLICE) return this.#emitInSlices(record, matches);
    this.#emit(record, matches, 0, matches.count);
    if (matches.count > 0 || !this.#side.outer) return;
    // A window that has closed already can not find any more.
    if (this.#waiting === undefined || toMs < this.#waiting.time.streamTimeMs) this.#forwardAlone(record);
    else this.#waiting.add(record);
  }

  async #emitInSlices(record: Record<K, Own>, matches: WindowMatches<Other>): Promise<void> {
    for (let from = 0; from < matches.count; from += EMISSION_SLICE) {
      this.#emit(record, matches, from, Math.min(matches.count, from + EMISSION_SLICE));
      await this.#context.room();
    }
  }

  #emit(record: Record<K, Own>, matches: WindowMatches<Other>, from: number, to: number): void {
    const { key, value, timestamp, headers } = record;
    for (let i = from; i < to; i++) {
      const time = matches.timeAt(i);
      this.#waiting?.found(key, time);
      const result = this.#side.joiner(value, matches.valueAt(i), key);
      this.#context.forward(new Record(key, result, Math.max(timestamp, time), headers));
    }
  }

  #forwardAlone(record: Record<K, Own>): void {
    this.#context.forward(record.withValue(this.#side.joiner(record.value, null, record.key)));
  }
}
