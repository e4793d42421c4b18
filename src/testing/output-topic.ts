import type { Serde } from '../serde/serde.js';
import type { Headers } from '../util/headers.js';
import type { RawRecord } from './raw-record.js';

export interface OutputTopicOptions<K, V> {
  readonly key: Serde<K>;
  readonly value: Serde<V>;
}

/** A record that was read from an output topic. */
export interface OutputRecord<K, V> {
  readonly key: K | null;
  readonly value: V | null;
  readonly timestamp: number;
  readonly headers: Headers;
  readonly partition: number;
  readonly offset: number;
}

/**
 * Reads typed records of a topic that a test driver's topology writes to, each once, in the order written. Each output
 * topic has its own place in the topic. Made by `TopologyTestDriver.createOutputTopic`.
 */
export class OutputTopic<K, V> {
  readonly #records: () => readonly RawRecord[];
  readonly #options: OutputTopicOptions<K, V>;
  #position = 0;

  constructor(records: () => readonly RawRecord[], options: OutputTopicOptions<K, V>) {
    this.#records = records;
    this.#options = options;
  }

  /** How many records are still to be read. */
  get size(): number {
    return this.#records().length - this.#position;
  }

  get empty(): boolean {
    return this.size === 0;
  }

  /** The next record; undefined when all were read. */
  read(): OutputRecord<K, V> | undefined {
    const record = this.#records()[this.#position];
    if (record === undefined) return undefined;
    this.#position++;
    return this.#decode(record);
  }

  /** All records that are still to be read. */
  readAll(): OutputRecord<K, V>[] {
    const records = this.#records().slice(this.#position);
    this.#position += records.length;
    return records.map((record) => this.#decode(record));
  }

  /** Key and value of all records that are still to be read. */
  readKeyValues(): [K | null, V | null][] {
    return this.readAll().map(({ key, value }) => [key, value]);
  }

  /** Values of all records that are still to be read. */
  readValues(): (V | null)[] {
    return this.readAll().map(({ value }) => value);
  }

  /** The last value of each key among the records that are still to be read; a key with a tombstone is absent. */
  readTable(): Map<K | null, V> {
    const table = new Map<K | null, V>();
    for (const { key, value } of this.readAll()) {
      if (value === null) table.delete(key);
      else table.set(key, value);
    }
    return table;
  }

  #decode({ key, value, timestamp, headers, partition, offset }: RawRecord): OutputRecord<K, V> {
    return {
      key: key === null ? null : this.#options.key.deserialize(key, 0, key.length),
      value: value === null ? null : this.#options.value.deserialize(value, 0, value.length),
      timestamp,
      headers,
      partition,
      offset,
    };
  }
}
