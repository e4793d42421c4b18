import type { LanedKeyValueStore } from '../../state/store.js';
import { EMISSION_SLICE, Record, type ProcessorContext } from '../../topology/processor.js';
import type { Headers } from '../../util/headers.js';
import { JoinTime } from './join-time.js';
import type { StreamJoinSide } from './stream-join-side.js';
import { unjoinedFrom, type UnjoinedKey, type UnjoinedValue } from './unjoined-format.js';
import { standsBefore, WaitingSide } from './waiting-side.js';

type Values<Own, Other> = readonly (UnjoinedValue<Own, Other> | UnjoinedValue<Other, Own>)[];

/** Records of both sides that wait, each side a lane, in the order of their times. */
export type UnjoinedStore<K, Own, Other> = LanedKeyValueStore<UnjoinedKey<K>, Values<Own, Other>>;

/** The records of a left or outer join that have found none of the other side, as one of the sides sees them. */
export class UnjoinedRecords<K, Own, Other, VR> {
  readonly time: JoinTime;
  readonly #side: StreamJoinSide<K, Own, Other, VR>;
  readonly #afterMs: number;
  readonly #context: ProcessorContext<K, VR>;
  readonly #store: UnjoinedStore<K, Own, Other>;

  constructor(
    side: StreamJoinSide<K, Own, Other, VR>,
    afterMs: number,
    context: ProcessorContext<K, VR>,
    store: UnjoinedStore<K, Own, Other>,
  ) {
    this.time = JoinTime.of(store, context);
    this.#side = side;
    this.#afterMs = afterMs;
    this.#context = context;
    this.#store = store;
  }

  /** A record of this side waits. */
  add({ key, value, timestamp }: Record<K, Own>): void {
    const at = { timeMs: timestamp, left: this.#side.left, key };
    const entry = { left: this.#side.left, value } as UnjoinedValue<Own, Other>; // of the side that `left` says
    this.time.waits(timestamp, at.left);
    this.#store.put(at, [...(this.#store.get(at) ?? []), entry]);
  }

  /** The other side's records of this time have been found: they do not wait any more. */
  found(key: K, timeMs: number): void {
    const at = { timeMs, left: !this.#side.left, key };
    if (this.#store.get(at) !== undefined) this.#store.put(at, null);
  }

  /** Whether a record of this time brings stream time to where windows may have closed. */
  due(timestamp: number): boolean {
    const { time } = this;
    if (timestamp !== time.streamTimeMs) return false;
    if (time.earliestMs + this.#afterMs + this.#side.windows.graceMs >= time.streamTimeMs) return false;
    return time.emissionDue();
  }

  /**
   * Gives the results of the records whose windows have closed, oldest first, with the headers of what closed them. Those
   * that still wait are not read, however many they are, nor are rows that were deleted before.
   */
  async emitClosed(headers: Headers): Promise<void> {
    const { time } = this;
    const right = this.#walk(false, time.waitsFromMs[0]);
    const left = this.#walk(true, time.waitsFromMs[1]);
    try {
      await right.advance();
      await left.advance();
      const lastMs = await this.#emit(headers, [right, left]);
      time.waitsFromMs[0] = right.timeMs;
      time.waitsFromMs[1] = left.timeMs;
      time.earliestMs = await this.#nextLook(right, left, lastMs);
    } finally {
      await right.close();
      await left.close();
    }
  }

  /** Gives the time of the last one; -1 if there was none. */
  async #emit(headers: Headers, sides: readonly WaitingSide<K, Values<Own, Other>>[]): Promise<number> {
    let lastMs = -1;
    let emitted = 0;
    for (let side = this.#closed(sides); side?.at !== undefined; side = this.#closed(sides)) {
      const { at, values = [] } = side;
      for (const { left, value } of values) {
        this.#forward(headers, at, left, value);
        if (++emitted % EMISSION_SLICE === 0) await this.#context.room();
      }
      await this.#context.forwarded();
      this.#store.put(at, null);
      lastMs = at.timeMs;
      await side.advance();
    }
    return lastMs;
  }

  /** The side whose next record comes first, of those whose next record waits no longer. */
  #closed(sides: readonly WaitingSide<K, Values<Own, Other>>[]): WaitingSide<K, Values<Own, Other>> | undefined {
    const closed = sides.filter(({ at }) => at !== undefined && !this.#stillOpen(at));
    return closed.reduce<(typeof closed)[number] | undefined>(
      (first, side) => (first?.at && side.at && standsBefore(first.at, side.at) ? first : side),
      undefined,
    );
  }

  /**
   * What Kafka Streams remembers as the earliest time: that of the last record that it reads. It reads on until it has met
   * one of each side whose window is open, and one more; or to the end.
   */
  async #nextLook(
    right: WaitingSide<K, Values<Own, Other>>,
    left: WaitingSide<K, Values<Own, Other>>,
    lastMs: number,
  ): Promise<number> {
    if (right.at === undefined || left.at === undefined) {
      const rest = [right, left].find(({ at }) => at !== undefined);
      if (rest === undefined) return lastMs < 0 ? Infinity : lastMs;
      return Math.max(lastMs, await this.#timeAt(rest.left, -Infinity, true));
    }
    const [earlier, later] = standsBefore(right.at, left.at) ? [right, left] : [left, right];
    const laterMs = later.timeMs;
    await later.advance();
    // Of one time the right side comes first.
    const beyondMs = await this.#timeAt(earlier.left, earlier.left ? laterMs : laterMs + 1);
    const nextMs = Math.min(later.timeMs, beyondMs);
    return nextMs === Infinity ? laterMs : nextMs;
  }

  /** Time of the first record of a side from a time on, or of its last one; Infinity if there is none. */
  async #timeAt(left: boolean, fromMs: number, reverse = false): Promise<number> {
    const side = this.#walk(left, fromMs, reverse);
    await side.advance();
    await side.close();
    return side.timeMs;
  }

  #walk(left: boolean, fromMs: number, reverse = false): WaitingSide<K, Values<Own, Other>> {
    return new WaitingSide(left, this.#store.lane(left ? 1 : 0, unjoinedFrom(fromMs), reverse));
  }

  #stillOpen({ timeMs, left }: UnjoinedKey<K>): boolean {
    const { afterMs, beforeMs, graceMs } = this.#side.windows;
    return timeMs + (left ? afterMs : beforeMs) + graceMs >= this.time.streamTimeMs;
  }

  #forward(headers: Headers, { key, timeMs }: UnjoinedKey<K>, left: boolean, value: Own | Other): void {
    const { joiner } = this.#side;
    // as: a value of the side that `left` says
    const result = left === this.#side.left ? joiner(value as Own, null, key) : joiner(null, value as Other, key);
    this.#context.forward(new Record(key, result, timeMs, headers));
  }
}
