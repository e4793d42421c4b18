import type { JoinWindowStore, WindowMatches } from '../../state/store.js';
import { Record, type ProcessorContext } from '../../topology/processor.js';
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

  process(record: Record<K, V>): void {
    const { key, value, timestamp } = record;
    if (key == null || value == null) {
      this.context.dropped(key == null ? 'null-key' : 'null-value');
      return;
    }
    const { beforeMs, afterMs, graceMs } = this.#join.windows;
    const retentionMs = beforeMs + afterMs + graceMs;
    const expired = timestamp <= this.#observed.advance(timestamp) - retentionMs + 1;
    const asLeft = this.#matches(key, timestamp - beforeMs, timestamp + afterMs);
    for (let i = 0; i < asLeft.count; i++) this.#forward(record, value, asLeft.valueAt(i), asLeft.timeAt(i));
    const asRight = this.#matches(key, timestamp - afterMs, timestamp + beforeMs);
    let metItself = expired;
    for (let i = 0; i < asRight.count; i++) {
      // Results come in the order of their timestamps.
      if (!metItself && asRight.timeAt(i) > timestamp) {
        metItself = true;
        this.#forward(record, value, value, timestamp);
      }
      this.#forward(record, asRight.valueAt(i), value, asRight.timeAt(i));
    }
    if (!metItself) this.#forward(record, value, value, timestamp);
  }

  #matches(key: K, fromMs: number, toMs: number): WindowMatches<V> {
    return this.#store.matches(key, Math.max(0, fromMs), Math.max(0, toMs));
  }

  #forward({ key, timestamp, headers }: Record<K, V>, own: V, other: V, otherTime: number): void {
    const result = this.#join.joiner(own, other, key);
    this.context.forward(new Record(key, result, Math.max(timestamp, otherTime), headers));
  }
}
