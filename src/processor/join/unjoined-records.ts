import type { KeyValueStore } from '../../state/store.js';
import { EMISSION_SLICE, Record, type ProcessorContext } from '../../topology/processor.js';
import type { Headers } from '../../util/headers.js';
import { JoinTime } from './join-time.js';
import type { StreamJoinSide } from './stream-join-side.js';
import type { UnjoinedKey, UnjoinedValue } from './unjoined-format.js';

/** Records of both sides that wait, in the order of their times. */
export type UnjoinedStore<K, Own, Other> = KeyValueStore<
  UnjoinedKey<K>,
  readonly (UnjoinedValue<Own, Other> | UnjoinedValue<Other, Own>)[]
>;

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
    this.time.waits(timestamp);
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

  /** Gives the results of the records whose windows have closed, oldest first, with the headers of what closed them. */
  async emitClosed(headers: Headers): Promise<void> {
    const { time } = this;
    const open = { left: false, right: false };
    let last: UnjoinedKey<K> | undefined;
    let emitted = 0;
    time.earliestMs = Infinity;
    for await (const [at, values] of this.#store.all()) {
      time.earliestMs = at.timeMs;
      if (open.left && open.right) break;
      if (this.#stillOpen(at)) {
        open[at.left ? 'left' : 'right'] = true;
        continue;
      }
      if (last !== undefined) this.#store.put(last, null);
      last = at;
      for (const { left, value } of values) {
        this.#forward(headers, at, left, value);
        if (++emitted % EMISSION_SLICE === 0) await this.#context.room();
      }
    }
    if (last !== undefined) this.#store.put(last, null);
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
