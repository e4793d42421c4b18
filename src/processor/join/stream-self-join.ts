import type { JoinWindowStore, WindowMatches } from '../../state/store.js';
import { EMISSION_SLICE, Record, type ProcessorContext } from '../../topology/processor.js';
import { ContextualProcessor } from '../contextual-processor.js';
import { ObservedTime } from '../window/window-close.js';
import type { JoinWindows } from '../window/join-windows.js';

/** A stream joined with itself. */
export interface StreamSelfJoin<K, V, VR> {
  readonly joiner: (own: V, other: V, key: K) => VR;
  readonly windows: JoinWindows;
  /** Where the stream's records are. */
  readonly storeName: string;
}

/**
 * Joins a stream with itself over one store (Kafka Streams' rule `single.store.self.join`): what two sides would have given,
 * in the same order. Each record meets the earlier ones as the one side and as the other, and itself once.
 */
export class StreamSelfJoinProcessor<K, V, VR> extends ContextualProcessor<K, V, K, VR> {
  readonly #join: StreamSelfJoin<K, V, VR>;
  #store!: JoinWindowStore<K, V>; // both are set by init, which always comes before process
  #observed!: ObservedTime;

  constructor(join: StreamSelfJoin<K, V, VR>) {
    super();
    this.#join = join;
  }

  override init(context: ProcessorContext<K, VR>): void {
    super.init(context);
    this.#store = context.getStateStore(this.#join.storeName);
    this.#observed = new ObservedTime(context);
  }

  process(record: Record<K, V>): void | Promise<void> {
    const { key, value, timestamp } = record;
    if (key == null || value == null) {
      this.context.dropped(key == null ? 'null-key' : 'null-value');
      return;
    }
    const { beforeMs, afterMs, graceMs } = this.#join.windows;
    const retentionMs = beforeMs + afterMs + graceMs;
    const expired = timestamp <= this.#observed.advance(timestamp) - retentionMs + 1;
    const asLeft = this.#matches(key, timestamp - beforeMs, timestamp + afterMs);
    const asRight = this.#matches(key, timestamp - afterMs, timestamp + beforeMs);
    const results = this.#results(record, asLeft, asRight, expired);
    if (!this.#forwardSome(results)) return this.#forwardOn(results);
  }

  /** The results of a record, in the order of two sides; those of a side in the order of their timestamps. */
  *#results(
    record: Record<K, V>,
    asLeft: WindowMatches<V>,
    asRight: WindowMatches<V>,
    expired: boolean,
  ): Generator<Record<K, VR>, void> {
    const { value, timestamp } = record;
    for (let i = 0; i < asLeft.count; i++) yield this.#result(record, value, asLeft.valueAt(i), asLeft.timeAt(i));
    let metItself = expired;
    for (let i = 0; i < asRight.count; i++) {
      if (!metItself && asRight.timeAt(i) > timestamp) {
        metItself = true;
        yield this.#result(record, value, value, timestamp);
      }
      yield this.#result(record, asRight.valueAt(i), value, asRight.timeAt(i));
    }
    if (!metItself) yield this.#result(record, value, value, timestamp);
  }

  /** Gives whether that were all. */
  #forwardSome(results: Iterator<Record<K, VR>, void>): boolean {
    for (let emitted = 0; emitted < EMISSION_SLICE; emitted++) {
      const next = results.next();
      if (next.done === true) return true;
      this.context.forward(next.value);
    }
    return false;
  }

  async #forwardOn(results: Iterator<Record<K, VR>, void>): Promise<void> {
    do await this.context.room();
    while (!this.#forwardSome(results));
  }

  #matches(key: K, fromMs: number, toMs: number): WindowMatches<V> {
    return this.#store.matches(key, Math.max(0, fromMs), Math.max(0, toMs));
  }

  #result({ key, timestamp, headers }: Record<K, V>, own: V, other: V, otherTime: number): Record<K, VR> {
    return new Record(key, this.#join.joiner(own, other, key), Math.max(timestamp, otherTime), headers);
  }
}
