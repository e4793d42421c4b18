import type { TopicPartition } from '../../broker/client/protocol.js';
import type { Headers } from '../../util/headers.js';
import type { RecordCollector } from '../task/record-collector.js';

/** Takes what a topology writes to topics that are not its own. */
export interface OutputTaker {
  take(
    topic: string,
    partition: number,
    key: Buffer | null,
    value: Buffer | null,
    timestamp: number,
    headers: Headers,
  ): void;
  /** True while so much waits that {@link drain} has to be awaited. */
  readonly full: boolean;
  drain(): Promise<void>;
}

/** Who reads a partition. */
export interface PartitionReader {
  /** Takes a record of the partition; its bytes are not changed afterwards. */
  put(key: Buffer | null, value: Buffer | null, timestamp: number, headers: Headers): void;
}

export interface InProcessTopicsOptions {
  /** Topics that only the topology itself reads. */
  readonly internal: ReadonlySet<string>;
  readonly partitionsOf: (topic: string) => number;
  readonly outputs: OutputTaker;
}

/** The topics of a topology in one process: each record goes straight to those who read it, and is kept nowhere. */
export class InProcessTopics implements RecordCollector {
  /** By topic, then by partition. */
  readonly #readers = new Map<string, PartitionReader[][]>();

  constructor(private readonly options: InProcessTopicsOptions) {}

  get full(): boolean {
    return this.options.outputs.full;
  }

  drain(): Promise<void> {
    return this.options.outputs.drain();
  }

  partitions(topic: string): number {
    return this.options.partitionsOf(topic);
  }

  /** Gives a reader the records of a partition from now on. */
  read({ topic, partition }: TopicPartition, reader: PartitionReader): void {
    const partitions = this.#readers.get(topic) ?? [];
    this.#readers.set(topic, partitions);
    (partitions[partition] ??= []).push(reader);
  }

  /** Puts a record into a topic that the topology reads. */
  put(
    topic: string,
    partition: number,
    key: Buffer | null,
    value: Buffer | null,
    timestamp: number,
    headers: Headers,
  ): void {
    const readers = this.#readers.get(topic)?.[partition];
    if (readers === undefined) return;
    for (const reader of readers) reader.put(key, value, timestamp, headers);
  }

  send(
    topic: string,
    partition: number,
    key: Buffer | null,
    value: Buffer | null,
    timestamp: number,
    headers: Headers,
  ): void {
    this.put(topic, partition, key, value, timestamp, headers);
    if (!this.options.internal.has(topic)) this.options.outputs.take(topic, partition, key, value, timestamp, headers);
  }

  sendWhenKnown(
    topic: string,
    choosePartitions: (partitions: number) => readonly number[],
    key: Buffer | null,
    value: Buffer | null,
    timestamp: number,
    headers: Headers,
  ): void {
    for (const partition of choosePartitions(this.partitions(topic))) {
      this.send(topic, partition, key, value, timestamp, headers);
    }
  }
}
