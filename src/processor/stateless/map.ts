import { Record } from '../../topology/processor.js';
import { ContextualProcessor } from '../contextual-processor.js';

/** Gives each record a new key and value. */
export class MapProcessor<K, V, KR, VR> extends ContextualProcessor<K, V, KR, VR> {
  readonly #mapper: (key: K, value: V) => readonly [KR, VR];

  constructor(mapper: (key: K, value: V) => readonly [KR, VR]) {
    super();
    this.#mapper = mapper;
  }

  process(record: Record<K, V>): void {
    const mapped = this.#mapper(record.key, record.value);
    this.context.forward(new Record(mapped[0], mapped[1], record.timestamp, record.headers));
  }
}

/** Turns each record into any number of records, in the order of the iterable. */
export class FlatMapProcessor<K, V, KR, VR> extends ContextualProcessor<K, V, KR, VR> {
  readonly #mapper: (key: K, value: V) => Iterable<readonly [KR, VR]>;

  constructor(mapper: (key: K, value: V) => Iterable<readonly [KR, VR]>) {
    super();
    this.#mapper = mapper;
  }

  process(record: Record<K, V>): void {
    for (const mapped of this.#mapper(record.key, record.value)) {
      this.context.forward(new Record(mapped[0], mapped[1], record.timestamp, record.headers));
    }
  }
}
