import type { TopicPartition } from '../broker/client/protocol.js';
import { partitionKey } from '../broker/client/client.js';
import { InProcessTask } from '../runtime/in-process/in-process-task.js';
import { StreamTask } from '../runtime/task/stream-task.js';
import type { TaskOptions } from '../runtime/task/task.js';
import { nothingFetched } from '../runtime/in-process/record-chunk.js';
import { fetchedRecord, type RawRecord } from './raw-record.js';

/** One task of a test driver: takes a record at a time and commits after each. */
export class DriverTask {
  readonly #task: StreamTask;
  readonly #driven: InProcessTask;
  readonly #partition: number;
  readonly #patterns: readonly RegExp[];
  readonly #inputs = new Map<string, TopicPartition>();

  /** @param planned the partition of every input, and the patterns by which it takes on further topics */
  constructor(options: TaskOptions, planned: { readonly partition: number; readonly patterns: readonly RegExp[] }) {
    this.#task = new StreamTask(options);
    this.#driven = new InProcessTask(this.#task);
    this.#partition = planned.partition;
    this.#patterns = planned.patterns;
    for (const partition of options.partitions) {
      this.#inputs.set(partitionKey(partition), partition);
      this.#task.addRecords(nothingFetched(partition));
    }
  }

  get task(): StreamTask {
    return this.#task;
  }

  /** Queues a record if the task reads its partition; a topic that matches a pattern is taken on. */
  tryEnqueue(record: RawRecord): boolean {
    if (!this.#inputs.has(partitionKey(record)) && !this.#tryTakeOn(record)) return false;
    this.#task.addRecords(fetchedRecord(record));
    return true;
  }

  /** Processes one record and commits; false when none is queued. */
  async step(): Promise<boolean> {
    if (!(await this.#driven.process(1))) return false;
    await this.commit();
    return true;
  }

  async punctuateWallClock(): Promise<void> {
    await this.#task.punctuateWallClock();
    await this.commit();
  }

  async commit(): Promise<void> {
    await this.#driven.commit();
    await this.#task.state.deleteExpired();
  }

  close(): Promise<void> {
    return this.#driven.close();
  }

  #tryTakeOn({ topic, partition }: RawRecord): boolean {
    if (partition !== this.#partition || !this.#patterns.some((pattern) => pattern.test(topic))) return false;
    this.#inputs.set(partitionKey({ topic, partition }), { topic, partition });
    this.#task.updateInputs([...this.#inputs.values()]);
    return true;
  }
}
