import {
  SinkFencedError,
  SinkRecordsRejectedError,
  type Sink,
  type SinkBatch,
  type SinkBatching,
  type SinkContext,
  type SinkGuarantee,
  type SinkRecord,
  type SinkRetry,
  type SinkWriter,
} from '../topology/sink.js';

export interface MemorySinkOptions<K, V> {
  /** Default `exactly-once`. An `idempotent` one tells no position, fences no one, and takes a record once however often it comes. */
  readonly guarantee?: SinkGuarantee;
  readonly batching?: SinkBatching;
  readonly retry?: SinkRetry;
  /** Called before each step that could fail at a real destination; what it throws is that failure. */
  readonly onStep?: (step: 'open' | 'write' | 'flush') => void | Promise<void>;
  /** Records that the destination does not take. Default: none. */
  readonly rejects?: (record: SinkRecord<K, V>) => boolean;
}

/** A record as a {@link MemorySink} keeps it, with the partition that it came from. */
export interface WrittenRecord<K, V> extends SinkRecord<K, V> {
  readonly partition: number;
}

/** A sink that keeps what is written in this object: for tests, and the smallest example of a sink. */
export class MemorySink<K = unknown, V = unknown> implements Sink<K, V> {
  readonly kind = 'memory';
  readonly guarantee: SinkGuarantee;
  readonly batching: SinkBatching;
  readonly retry: SinkRetry;
  /** All that was written, in order. */
  readonly records: WrittenRecord<K, V>[] = [];
  readonly #positions = new Map<string, number>();
  /** Records of an idempotent sink, by where they come from. */
  readonly #taken = new Set<string>();

  constructor(private readonly options: MemorySinkOptions<K, V> = {}) {
    this.guarantee = options.guarantee ?? 'exactly-once';
    this.batching = options.batching ?? {};
    this.retry = options.retry ?? {};
  }

  async open(context: SinkContext): Promise<SinkWriter<K, V>> {
    await this.options.onStep?.('open');
    const { applicationId, sink, topicId, partition } = context;
    const place = JSON.stringify([applicationId, sink, topicId, partition]);
    const exactlyOnce = this.guarantee === 'exactly-once';
    const start = exactlyOnce ? this.#positions.get(place) : undefined;
    let position = start;
    const write = async ({ records, nextOffset }: SinkBatch<K, V>): Promise<number> => {
      await this.options.onStep?.('write');
      if (exactlyOnce && this.#positions.get(place) !== position) throw new SinkFencedError(context, position);
      this.#refuse(records);
      const fresh = exactlyOnce ? records : records.filter(({ offset }) => this.#takes(`${place}${offset}`));
      this.records.push(...fresh.map((record) => ({ ...record, partition })));
      position = nextOffset;
      this.#positions.set(place, position);
      return position;
    };
    return {
      position: start,
      write,
      flush: async () => {
        await this.options.onStep?.('flush');
        return position ?? 0;
      },
      close: () => Promise.resolve(),
    };
  }

  /** The last value of each key that was not deleted. */
  table(): Map<K | null, V> {
    const table = new Map<K | null, V>();
    for (const { key, value } of this.records) {
      if (value === null) table.delete(key);
      else table.set(key, value);
    }
    return table;
  }

  /** Gives whether the record had not come before. */
  #takes(id: string): boolean {
    const { size } = this.#taken;
    return this.#taken.add(id).size > size;
  }

  #refuse(records: readonly SinkRecord<K, V>[]): void {
    const rejected = records.flatMap((record, index) =>
      this.options.rejects?.(record) ? [{ index, reason: new RangeError('not taken') }] : [],
    );
    if (rejected.length > 0) throw new SinkRecordsRejectedError(rejected);
  }
}
