import type { StateStore } from '../../state/store.js';
import type { ProcessorContext } from '../../topology/processor.js';

/** Times of one task's join, by the store that both of its sides share. */
const shared = new WeakMap<StateStore, JoinTime>();

/**
 * The stream time of both sides of a left or outer join, and what it says about records that wait for another. Stream time
 * is committed with the input; the rest is found out again after a restart.
 */
export class JoinTime {
  streamTimeMs = -1;
  /** When windows close that begin here, it is looked what waits no longer (Kafka Streams' `minTime`); -Infinity: unknown. */
  earliestMs = -Infinity;
  /** No record of the right, and of the left side that waits is older, as far as known; -Infinity: unknown. */
  readonly waitsFromMs: [right: number, left: number] = [-Infinity, -Infinity];
  #nextEmissionMs = 0;
  #name = '';
  #context!: ProcessorContext; // set by `of`, which makes it

  /** The time that the sides of a join share in this task, as of the last commit. To be called in `init`. */
  static of(store: StateStore, context: ProcessorContext): JoinTime {
    let time = shared.get(store);
    if (time === undefined) {
      time = new JoinTime();
      shared.set(store, time);
    }
    time.#context = context;
    time.#name = `join-time-${store.name}`;
    time.streamTimeMs = context.metadata.get(time.#name) ?? -1;
    time.earliestMs = -Infinity;
    time.waitsFromMs.fill(-Infinity);
    time.#nextEmissionMs = 0;
    return time;
  }

  /** Takes a record's timestamp into account. */
  advance(timestamp: number): void {
    if (timestamp <= this.streamTimeMs) return;
    this.streamTimeMs = timestamp;
    this.#context.metadata.put(this.#name, timestamp);
  }

  /** A record of a side waits from now on. */
  waits(timestamp: number, left: boolean): void {
    const side = left ? 1 : 0;
    if (timestamp < this.earliestMs) this.earliestMs = timestamp;
    if (timestamp < this.waitsFromMs[side]) this.waitsFromMs[side] = timestamp;
  }

  /** Whether what waits may be looked through again; true at most once per interval of wall-clock time. */
  emissionDue(): boolean {
    const nowMs = this.#context.currentSystemTimeMs();
    if (nowMs < this.#nextEmissionMs) return false;
    this.#nextEmissionMs = nowMs + this.#context.emitIntervalMs;
    return true;
  }
}
