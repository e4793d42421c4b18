import type { FetchedRecords } from '../../broker/client/client.js';
import type { TopicPartition } from '../../broker/client/protocol.js';
import type { Headers } from '../../util/headers.js';
import type { RecordCollector } from '../task/record-collector.js';
import { fetchedChunk, RecordChunk } from './record-chunk.js';

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
  /** A record was put into the partition; it is handed over with {@link InProcessTopics.deliver}. */
  arrived(): void;
  addRecords(fetched: FetchedRecords): void;
}

interface Partition extends TopicPartition {
  readonly readers: PartitionReader[];
  chunk: RecordChunk;
}

export interface InProcessTopicsOptions {
  /** Topics that only the topology itself reads. */
  readonly internal: ReadonlySet<string>;
  readonly partitionsOf: (topic: string) => number;
  readonly outputs: OutputTaker;
}

/** The topics of a topology in one process: each record goes straight to those who read it, and is kept nowhere. */
export class InProcessTopics implements RecordCollector {
  readonly #partitions = new Map<string, Partition[]>();

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
    const partitions = this.#partitions.get(topic) ?? [];
    this.#partitions.set(topic, partitions);
    const found = (partitions[partition] ??= { topic, partition, readers: [], chunk: new RecordChunk(0) });
    found.readers.push(reader);
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
    const read = this.#partitions.get(topic)?.[partition];
    if (read === undefined) return;
    read.chunk.add(key, value, timestamp, headers);
    for (const reader of read.readers) reader.arrived();
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

  /** Hands what has come since the last call to those who read these partitions. */
  deliver(partitions: readonly TopicPartition[]): void {
    for (const { topic, partition } of partitions) {
      const read = this.#partitions.get(topic)?.[partition];
      if (read === undefined || read.chunk.length === 0) continue;
      const { chunk } = read;
      read.chunk = new RecordChunk(chunk.nextOffset);
      for (const reader of read.readers) reader.addRecords(fetchedChunk(read, chunk));
    }
  }
}
