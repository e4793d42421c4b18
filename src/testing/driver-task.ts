import type { TopicPartition } from '../broker/client/protocol.js';
import { partitionKey } from '../broker/client/client.js';
import { StreamTask } from '../runtime/task/stream-task.js';
import type { TaskOptions } from '../runtime/task/task.js';
import type { ChangelogPosition } from '../state/store.js';
import { fetchedRecord, nothingFetched, type RawRecord } from './raw-record.js';

/** One task of a test driver: takes a record at a time and commits after each. */
export class DriverTask {
  readonly #task: StreamTask;
  readonly #partition: number;
  readonly #patterns: readonly RegExp[];
  readonly #inputs = new Map<string, TopicPartition>();

  /** @param planned the partition of every input, and the patterns by which it takes on further topics */
  constructor(options: TaskOptions, planned: { readonly partition: number; readonly patterns: readonly RegExp[] }) {
    this.#task = new StreamTask(options);
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
    const slice = this.#task.process(1);
    if (slice === 'idle') {
      if (this.#task.awaitedSchema === undefined) return false;
      await this.#task.awaitedSchema;
      return this.step();
    }
    if (slice !== 'more') await slice;
    await this.commit();
    return true;
  }

  async punctuateWallClock(): Promise<void> {
    await this.#task.punctuateWallClock();
    await this.commit();
  }

  /** Flushes the record caches, then makes what was written the state's base. */
  async commit(): Promise<void> {
    const { state } = this.#task;
    for (let slice = this.#task.flushSlice(1); slice !== 'idle'; slice = this.#task.flushSlice(1)) {
      if (slice !== 'more') await slice;
    }
    const offsets = this.#task.prepareCommit();
    state.freeze();
    const inputs = new Map(offsets.map((offset) => [partitionKey(offset), offset.offset]));
    await state.apply({ changelogs: new Map<string, ChangelogPosition>(), inputs });
    await state.deleteExpired();
  }

  async close(): Promise<void> {
    try {
      this.#task.close();
    } finally {
      await this.#task.state.close();
    }
  }

  #tryTakeOn({ topic, partition }: RawRecord): boolean {
    if (partition !== this.#partition || !this.#patterns.some((pattern) => pattern.test(topic))) return false;
    this.#inputs.set(partitionKey({ topic, partition }), { topic, partition });
    this.#task.updateInputs([...this.#inputs.values()]);
    return true;
  }
}
