import type { RecordCollector } from '../runtime/task/record-collector.js';
import type { Headers } from '../util/headers.js';
import type { RawRecord } from './raw-record.js';

/**
 * The topics of a test driver: keeps every record that was written, in order. What tasks write is held back until
 * {@link publish}, so that a record whose processing failed leaves nothing behind.
 */
export class CapturedTopics implements RecordCollector {
  readonly full = false;
  readonly #partitionsOf: (topic: string) => number;
  readonly #topics = new Map<string, RawRecord[]>();
  readonly #nextOffsets = new Map<string, number>();
  #unpublished: Omit<RawRecord, 'offset'>[] = [];

  constructor(partitionsOf: (topic: string) => number) {
    this.#partitionsOf = partitionsOf;
  }

  partitions(topic: string): number {
    return this.#partitionsOf(topic);
  }

  send(
    topic: string,
    partition: number,
    key: Buffer | null,
    value: Buffer | null,
    timestamp: number,
    headers: Headers,
  ): void {
    this.#unpublished.push({ topic, partition, key, value, timestamp, headers });
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

  drain(): Promise<void> {
    return Promise.resolve();
  }

  /** Appends what was written since the last call to its topics; gives it in the order written. */
  publish(): RawRecord[] {
    const written = this.#unpublished.map((record) => this.#append(record));
    this.#unpublished = [];
    return written;
  }

  /** Drops what was written and not published. */
  discard(): void {
    this.#unpublished = [];
  }

  /** The offset that the next record of a partition gets. */
  takeOffset(topic: string, partition: number): number {
    const key = `${topic}-${String(partition)}`;
    const offset = this.#nextOffsets.get(key) ?? 0;
    this.#nextOffsets.set(key, offset + 1);
    return offset;
  }

  /** Names of the topics that were written to, in the order of their first record. */
  names(): string[] {
    return [...this.#topics.keys()];
  }

  records(topic: string): readonly RawRecord[] {
    return this.#topics.get(topic) ?? [];
  }

  #append(record: Omit<RawRecord, 'offset'>): RawRecord {
    const appended = { ...record, offset: this.takeOffset(record.topic, record.partition) };
    const records = this.#topics.get(record.topic);
    if (records === undefined) this.#topics.set(record.topic, [appended]);
    else records.push(appended);
    return appended;
  }
}
