import { decodeRecords } from '../record-batch/decode.js';
import type { FetchedRecords } from './client.js';
import type { FetchResponse, Isolation, TopicPartition } from './protocol.js';
import { committedBatches } from './read-committed.js';

/** One partition of a fetch's answer. */
export type PartitionAnswer = FetchResponse['partitions'][number];

/**
 * Where the reading of one partition stands: `handedOver` is the next offset the caller will see, `asked` the next one
 * to ask the broker for; between the two lies what was fetched ahead. A seek makes a new object, so that an answer to an
 * older one finds nobody.
 */
export class PartitionFetch implements TopicPartition {
  readonly topic: string;
  readonly partition: number;
  paused = false;
  /** Set when the partition cannot go on: thrown once what was fetched before is handed over. */
  failure: Error | undefined;
  /** The failure was thrown: nothing more until a seek. */
  stopped = false;
  /** Monotonic time before which the partition is not asked for: it failed a moment ago. */
  notBeforeMs = 0;
  underWay = false;
  bufferedBytes = 0;
  /** The first answer is handed over even if it is empty: it tells the caller that there is nothing to wait for. */
  private answered = false;
  private readonly ahead: FetchedRecords[] = [];
  private nextAsked: number;
  private nextHandedOver: number;

  constructor({ topic, partition }: TopicPartition, offset: number) {
    this.topic = topic;
    this.partition = partition;
    this.nextAsked = offset;
    this.nextHandedOver = offset;
  }

  get asked(): number {
    return this.nextAsked;
  }
  get handedOver(): number {
    return this.nextHandedOver;
  }
  /** True if a poll has something to give or to throw. */
  get ready(): boolean {
    return !this.paused && !this.stopped && (this.ahead.length > 0 || this.failure !== undefined);
  }

  /**
   * Decodes what a broker sent. @returns true if there is something to hand over
   * @throws CorruptRecordError
   */
  take(answer: PartitionAnswer, isolation: Isolation): boolean {
    const keep = isolation === 'read_committed' ? committedBatches(answer.abortedTransactions) : undefined;
    const { records, nextOffset } = decodeRecords(answer.records, this.nextAsked, keep);
    if (nextOffset === this.nextAsked && this.answered) return false;
    this.answered = true;
    const { topic, partition } = this;
    const { highWatermark, lastStableOffset, logStartOffset } = answer;
    this.ahead.push({ topic, partition, records, nextOffset, highWatermark, lastStableOffset, logStartOffset });
    this.bufferedBytes += records.byteLength;
    this.nextAsked = nextOffset;
    return true;
  }

  /** The oldest piece fetched ahead, if any. */
  handOver(): FetchedRecords | undefined {
    const fetched = this.ahead.shift();
    if (fetched === undefined) return undefined;
    this.bufferedBytes -= fetched.records.byteLength;
    this.nextHandedOver = fetched.nextOffset;
    return fetched;
  }

  /** The failure, once. */
  takeFailure(): Error | undefined {
    if (this.ahead.length > 0 || this.stopped || this.failure === undefined) return undefined;
    this.stopped = true;
    return this.failure;
  }
}
