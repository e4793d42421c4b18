import type { JoinWindowStore } from '../../state/store.js';
import type { ProcessorContext, Record } from '../../topology/processor.js';
import { ContextualProcessor } from '../contextual-processor.js';

/** Remembers the records of one side of a stream-stream join, for the other side to find. */
export class JoinWindowProcessor<K, V> extends ContextualProcessor<K, V, K, V> {
  readonly #storeName: string;
  #store!: JoinWindowStore<K, V>; // set by init, which always comes before process

  constructor(storeName: string) {
    super();
    this.#storeName = storeName;
  }

  override init(context: ProcessorContext<K, V>): void {
    super.init(context);
    this.#store = context.getStateStore(this.#storeName);
  }

  process(record: Record<K, V>): void {
    this.context.forward(record);
    // A record without a key can not be found; one without a value is logged, as in Kafka Streams.
    if (record.key != null) this.#store.put(record.key, record.value ?? null, record.timestamp);
  }
}
