import { partitionKey, type FetchedRecords, type Reader } from '../broker/client/client.js';
import type { OwnedTask } from './owned-task.js';

/** Whether an input of a task is held back. */
export type Held = (task: OwnedTask, topic: string) => boolean;

/**
 * Brings what the one reader fetches to the tasks, and holds back the partitions of a task that has enough. A task that
 * has more than its bound is not asked for again until half of it is gone.
 */
export class TaskInputs {
  readonly #owners = new Map<string, OwnedTask>();
  #held: Held = () => false;

  constructor(
    private readonly reader: Reader,
    private readonly boundBytes: number,
  ) {}

  /** Starts, or moves, the inputs of a task. */
  seek(task: OwnedTask, offsets: ReadonlyMap<string, number>): void {
    for (const input of task.inputs) {
      const key = partitionKey(input);
      const offset = offsets.get(key);
      if (offset === undefined) continue;
      this.#owners.set(key, task);
      this.reader.seek(input, offset);
      if (task.paused.delete(key)) this.reader.resume(input);
    }
  }

  remove(task: OwnedTask): void {
    for (const input of task.inputs) {
      const key = partitionKey(input);
      if (this.#owners.get(key) !== task) continue;
      this.#owners.delete(key);
      this.reader.remove(input);
    }
    task.paused.clear();
  }

  owner(topicPartition: string): OwnedTask | undefined {
    return this.#owners.get(topicPartition);
  }

  /** Hands fetched records to their tasks; gives how many there were. */
  deliver(batches: readonly FetchedRecords[]): number {
    let count = 0;
    for (const fetched of batches) {
      const key = partitionKey(fetched);
      const owner = this.#owners.get(key);
      // fetched before a seek: the reader stands elsewhere now
      if (owner?.task === undefined || this.reader.position(fetched) !== fetched.nextOffset) continue;
      owner.highWatermarks.set(key, fetched.highWatermark);
      owner.task.addRecords(fetched);
      count += fetched.records.length;
    }
    return count;
  }

  /** From the next {@link balance} on these inputs are not asked for, until they are held no more. Undefined: none. */
  hold(held: Held | undefined): void {
    this.#held = held ?? (() => false);
  }

  /** Pauses what has too much and resumes what has room again. */
  balance(tasks: Iterable<OwnedTask>): void {
    for (const owned of tasks) {
      if (owned.task === undefined || owned.status !== 'running') continue;
      const share = this.boundBytes / Math.max(1, owned.inputs.length);
      for (const input of owned.task.inputs) {
        const key = partitionKey(input);
        input.held = this.#held(owned, input.topic);
        if (owned.paused.has(key)) {
          if (input.held || input.bufferedBytes > share / 2) continue;
          owned.paused.delete(key);
          this.reader.resume(input);
        } else if (input.held || input.bufferedBytes > share) {
          owned.paused.add(key);
          this.reader.pause(input);
        }
      }
    }
  }
}
