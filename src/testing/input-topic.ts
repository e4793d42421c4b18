import type { Serde } from '../serde/serde.js';
import type { Headers } from '../util/headers.js';
import { NO_HEADERS } from '../util/headers.js';
import { toMillis, type Duration } from '../util/time.js';

export interface InputTopicOptions<K, V> {
  readonly key: Serde<K>;
  readonly value: Serde<V>;
  /** Timestamp of the first record, milliseconds. Default: the driver's wall clock when the topic is made. */
  readonly start?: number;
  /** How far each record's timestamp lies after the one before. Default 0. */
  readonly advance?: Duration;
}

/** What a piped record has besides key and value. */
export interface PipeOptions {
  /** Milliseconds. Default: the topic's own time (`start`, `advance`), which then moves on. */
  readonly timestamp?: number;
  readonly headers?: Headers;
  /** Default: the one that the key's bytes choose; 0 without a key. */
  readonly partition?: number;
}

/** Takes a record's bytes into the driver. */
export type PipeBytes = (key: Buffer | null, value: Buffer | null, options: PipeOptions) => Promise<void>;

/** Writes typed records to an input topic of a test driver. Made by `TopologyTestDriver.createInputTopic`. */
export class InputTopic<K, V> {
  readonly #pipe: PipeBytes;
  readonly #options: InputTopicOptions<K, V>;
  readonly #advanceMs: number;
  readonly #prepare: () => Promise<void>;
  #prepared: Promise<void> | undefined;
  #nextMs: number;

  /** @param prepare prepares the serdes, once, before they write */
  constructor(pipe: PipeBytes, options: InputTopicOptions<K, V>, nowMs: number, prepare: () => Promise<void>) {
    this.#pipe = pipe;
    this.#prepare = prepare;
    this.#options = options;
    this.#nextMs = options.start ?? nowMs;
    this.#advanceMs = toMillis(options.advance ?? 0);
  }

  /**
   * Writes one record and resolves when all that follows from it is done and committed.
   * @throws ProcessingFailedError when a node failed
   */
  async pipe(key: K | null, value: V | null, options: PipeOptions = {}): Promise<void> {
    const timestamp = options.timestamp ?? this.#takeTime();
    this.#prepared ??= this.#prepare();
    await this.#prepared;
    const keyBytes = key === null ? null : this.#options.key.serialize(key);
    const valueBytes = value === null ? null : this.#options.value.serialize(value);
    await this.#pipe(keyBytes, valueBytes, {
      timestamp,
      headers: options.headers ?? NO_HEADERS,
      partition: options.partition,
    });
  }

  /** Writes records one after the other, each with its time from `start` and `advance`. */
  async pipeAll(records: Iterable<readonly [K | null, V | null]>): Promise<void> {
    for (const [key, value] of records) await this.pipe(key, value);
  }

  /** Moves the topic's own time. */
  advanceTime(by: Duration): void {
    this.#nextMs += toMillis(by);
  }

  #takeTime(): number {
    const timestamp = this.#nextMs;
    this.#nextMs += this.#advanceMs;
    return timestamp;
  }
}
