import type { TaskView } from './application.js';
import type { OwnedTask } from './owned-task.js';
import { compareTasks } from './assignment/task-order.js';
import { viewOfOwned } from './task-view.js';

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
    return this.#tasks.map(viewOfOwned);
  }
}
