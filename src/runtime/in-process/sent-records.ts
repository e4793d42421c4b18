import type { Headers } from '../../util/headers.js';
import type { RecordCollector } from '../task/record-collector.js';
import type { Turn } from './in-process-sub-topology.js';
import { StoredRecords } from './stored-record.js';

/** Above every number of a record: what the tasks send when all records are processed comes last. */
const BEHIND_RECORDS = 2 ** 40;

/** Gathers what the tasks of a host send, with what tells its place among what other hosts send. */
export class SentRecords implements RecordCollector, Turn {
  readonly full = false;
  readonly #topics: string[] = [];
  readonly #indexes = new Map<string, number>();
  readonly #records = new StoredRecords();
  #sequences: readonly number[] = [];
  #sequence = 0;

  constructor(private readonly partitionsOf: (topic: string) => number) {}

  /** Begins with records of these numbers. */
  begin(sequences: readonly number[]): void {
    this.#sequences = sequences;
  }

  record(index: number): void {
    this.#sequence = this.#sequences[index] ?? 0;
  }

  task(partition: number): void {
    this.#sequence = BEHIND_RECORDS + partition;
  }

  /** What was sent since the last call. */
  take(): { readonly sent: Buffer; readonly topics: readonly string[] } {
    return { sent: this.#records.take(), topics: this.#topics };
  }

  partitions(topic: string): number {
    return this.partitionsOf(topic);
  }

  send(
    topic: string,
    partition: number,
    key: Buffer | null,
    value: Buffer | null,
    timestamp: number,
    headers: Headers,
  ): void {
    this.#records.add(this.#indexOf(topic), partition, timestamp, this.#sequence, key, value, headers);
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

  #indexOf(topic: string): number {
    const known = this.#indexes.get(topic);
    if (known !== undefined) return known;
    const index = this.#topics.push(topic) - 1;
    this.#indexes.set(topic, index);
    return index;
  }
}
