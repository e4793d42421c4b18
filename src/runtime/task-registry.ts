import { partitionKey } from '../broker/client/client.js';
import type { TaskView } from './application.js';
import type { OwnedTask } from './owned-task.js';
import { compareTasks } from './assignment/task-order.js';

/** The tasks of this instance, in the order of their ids. */
export class TaskRegistry {
  #tasks: readonly OwnedTask[] = [];

  get all(): readonly OwnedTask[] {
    return this.#tasks;
  }

  get running(): readonly OwnedTask[] {
    return this.#tasks.filter((owned) => owned.status === 'running');
  }

  get allRunning(): boolean {
    return this.#tasks.every((owned) => owned.status === 'running');
  }

  get(id: string): OwnedTask | undefined {
    return this.#tasks.find((owned) => owned.id === id);
  }

  add(owned: OwnedTask): void {
    this.#tasks = [...this.#tasks, owned].sort((a, b) => compareTasks(a.id, b.id));
  }

  remove(owned: OwnedTask): void {
    this.#tasks = this.#tasks.filter((other) => other !== owned);
  }

  /** A snapshot of every task, for queries, the console and metrics. */
  views(): readonly TaskView[] {
    return this.#tasks.map(viewOf);
  }
}

function viewOf(owned: OwnedTask): TaskView {
  return {
    id: owned.id,
    subTopology: owned.plan.subTopology.id,
    partition: owned.plan.partition,
    status: owned.status,
    inputs: owned.inputs.map((input) => {
      const key = partitionKey(input);
      const committedOffset = owned.committed.get(key)?.offset;
      const highWatermark = owned.highWatermarks.get(key);
      return { ...input, committedOffset, highWatermark, lagRecords: owned.lagOf(key) };
    }),
    stores: owned.plan.subTopology.stores.map(({ name }) => {
      const changelog = owned.changelogs.find(({ store }) => store === name);
      return {
        name,
        changelogTopic: changelog?.topic,
        restoredOffset: changelog?.offset ?? 0,
        endOffset: Math.max(changelog?.offset ?? 0, changelog?.endOffset ?? 0),
      };
    }),
    state: owned.state,
  };
}
