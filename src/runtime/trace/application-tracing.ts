import type { StateStore } from '../../state/store.js';
import type { TaskRegistry } from '../task-registry.js';
import type { Task } from '../task/task.js';
import { probeStore } from './probe-store.js';
import type { RecordTracer } from './record-tracer.js';
import { CurrentSite } from './trace.js';
import { TracedTask } from './traced-task.js';

/** Follows records through the tasks of this instance, as long as somebody wants that. */
export class ApplicationTracing {
  readonly #current = new CurrentSite();
  readonly #traced = new Map<Task, TracedTask>();
  #tracers: readonly RecordTracer[] = [];
  #globalProbes: readonly (() => void)[] = [];

  /** @param globalStores those that every task may read */
  constructor(
    private readonly registry: Pick<TaskRegistry, 'running' | 'onStarted'>,
    private readonly globalStores: ReadonlyMap<string, StateStore>,
  ) {
    registry.onStarted(({ task }) => {
      if (this.#tracers.length > 0) this.#trace(task);
    });
  }

  /** Follows the records that a tracer wants, from the next on, until the returned function is called. */
  add(tracer: RecordTracer): () => void {
    if (this.#tracers.length === 0) this.#begin();
    this.#tracers = [...this.#tracers, tracer];
    return () => {
      const others = this.#tracers.filter((other) => other !== tracer);
      if (others.length === 0 && this.#tracers.length > 0) this.#end();
      this.#tracers = others;
    };
  }

  #begin(): void {
    this.#globalProbes = [...this.globalStores.values()].map((store) => probeStore(store, this.#current));
    for (const { task } of this.registry.running) this.#trace(task);
  }

  #trace(task: Task | undefined): void {
    if (task === undefined || this.#traced.has(task)) return;
    const traced = new TracedTask(task, () => this.#tracers, this.#current);
    this.#traced.set(task, traced);
    task.trace(traced);
  }

  #end(): void {
    for (const [task, traced] of this.#traced) {
      task.trace(undefined);
      traced.end();
    }
    this.#traced.clear();
    for (const remove of this.#globalProbes) remove();
  }
}
