import type { TaskView } from './application.js';
import type { OwnedTask } from './owned-task.js';
import { compareTasks } from './assignment/task-order.js';
import { viewOfOwned } from './task-view.js';

/** The tasks of this instance, in the order of their ids. */
export class TaskRegistry {
  #tasks: readonly OwnedTask[] = [];
  #listener: (started: OwnedTask) => void = () => undefined;

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

  /** A task begins to process. */
  start(owned: OwnedTask): void {
    owned.status = 'running';
    this.#listener(owned);
  }

  /** Sets who is told of each task that begins to process, before its first record. */
  onStarted(listener: (started: OwnedTask) => void): void {
    this.#listener = listener;
  }

  /** A snapshot of every task, for queries, the console and metrics. */
  views(): readonly TaskView[] {
    return this.#tasks.map(viewOfOwned);
  }
}
