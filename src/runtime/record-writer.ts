import type { Admin, Writer } from '../broker/client/client.js';
import type { Headers } from '../util/headers.js';
import { invalid } from '../util/errors.js';
import type { Clock } from '../util/time.js';
import { RefusedRecords } from './refused-records.js';
import type { RecordCollector } from './task/record-collector.js';

/** How long a topic whose name was computed from a record may take to appear. */
const TOPIC_WAIT_MS = 30_000;
const TOPIC_RETRY_MS = 200;

interface WaitingRecord {
  readonly choosePartitions: (partitions: number) => readonly number[];
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly timestamp: number;
  readonly headers: Headers;
}

/** Where all tasks of an instance write to: the one writer, with the partition counts of topics. */
export class RecordWriter implements RecordCollector {
  /** Fail when they are sent again. */
  readonly refused = new RefusedRecords();
  readonly #counts = new Map<string, number>();
  readonly #waiting = new Map<string, WaitingRecord[]>();
  #lookUps: Promise<void>[] = [];

  constructor(
    readonly writer: Writer,
    private readonly admin: Admin,
    private readonly clock: Clock,
    private readonly transactional: boolean,
  ) {}

  /** Takes the partition counts of topics that are known before any record is sent. */
  setPartitions(counts: Iterable<readonly [string, number]>): void {
    for (const [topic, count] of counts) this.#counts.set(topic, count);
  }

  /**
   * Begins the next transaction, under exactly-once, if none is open; called before tasks have their turns.
   * @throws FencedError
   */
  ensureTransaction(): void {
    if (this.transactional && !this.writer.inTransaction) this.writer.begin();
  }

  partitions(topic: string): number | undefined {
    return this.#counts.get(topic);
  }

  send(
    topic: string,
    partition: number,
    key: Buffer | null,
    value: Buffer | null,
    timestamp: number,
    headers: Headers,
  ): void {
    if (!this.refused.empty) {
      const refusal = this.refused.find({ topic, partition, key, value, timestamp });
      if (refusal) throw refusal;
    }
    this.writer.send(topic, partition, key, value, timestamp, headers);
  }

  sendWhenKnown(
    topic: string,
    choosePartitions: (partitions: number) => readonly number[],
    key: Buffer | null,
    value: Buffer | null,
    timestamp: number,
    headers: Headers,
  ): void {
    const record: WaitingRecord = { choosePartitions, key, value, timestamp, headers };
    const queue = this.#waiting.get(topic);
    if (queue) {
      queue.push(record);
      return;
    }
    this.#waiting.set(topic, [record]);
    const lookUp = this.#sendWaiting(topic);
    lookUp.catch(() => undefined); // surfaces in drain or settle
    this.#lookUps.push(lookUp);
  }

  get full(): boolean {
    return this.writer.full;
  }

  async drain(): Promise<void> {
    await this.settle();
    await this.writer.drain();
  }

  /** Resolves when no record waits for its topic to be known. @throws MillraceError `UNKNOWN_SINK_TOPIC` */
  async settle(): Promise<void> {
    const lookUps = this.#lookUps;
    this.#lookUps = [];
    await Promise.all(lookUps);
  }

  /** Forgets records that wait for their topic, after an abort. */
  dropWaiting(): void {
    this.#waiting.clear();
    this.#lookUps = [];
  }

  async #sendWaiting(topic: string): Promise<void> {
    const mine = this.#waiting.get(topic);
    const count = await this.#lookUp(topic);
    if (this.#waiting.get(topic) !== mine) return; // dropped by an abort
    this.#counts.set(topic, count);
    this.#waiting.delete(topic);
    for (const { choosePartitions, key, value, timestamp, headers } of mine ?? []) {
      for (const partition of choosePartitions(count)) this.send(topic, partition, key, value, timestamp, headers);
    }
  }

  async #lookUp(topic: string): Promise<number> {
    const until = this.clock.monotonicMs() + TOPIC_WAIT_MS;
    for (;;) {
      const found = (await this.admin.describeTopics([topic])).get(topic);
      if (found) return found.partitions;
      if (this.clock.monotonicMs() >= until) break;
      await this.clock.sleep(TOPIC_RETRY_MS);
    }
    throw invalid('UNKNOWN_SINK_TOPIC', `topic "${topic}" that a sink writes to does not exist`, {
      hint: 'Create the topic, or mend its name in the topology.',
      context: { topic },
    });
  }
}
