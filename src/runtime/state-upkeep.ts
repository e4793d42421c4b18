import type { Logger } from '../observability/log.js';
import type { CancelTimer, Clock } from '../util/time.js';
import type { HeldState } from './held-state.js';
import type { StandbyTasks } from './standby-tasks.js';
import type { TaskRegistry } from './task-registry.js';
import type { TaskStates } from './task-states.js';

const INTERVAL_MS = 60_000;

/**
 * Now and then deletes what has expired in the windows of standbys (tasks do that with each commit), and the state of tasks that have been elsewhere for
 * the cleanup delay (Kafka Streams' `state.cleanup.delay.ms`).
 */
export class StateUpkeep {
  /** Since when a task's state lies here unused, by task. */
  readonly #unused = new Map<string, number>();
  #cancel: CancelTimer = () => undefined;
  #stopped = false;

  constructor(
    private readonly options: {
      readonly registry: TaskRegistry;
      readonly standbys: StandbyTasks;
      readonly states: TaskStates;
      readonly held: HeldState;
      readonly cleanupDelayMs: number;
      readonly clock: Clock;
      readonly log: Logger;
    },
  ) {}

  start(): void {
    const { clock, cleanupDelayMs, log } = this.options;
    if (this.#stopped) return;
    const next = (): void => {
      this.start();
    };
    const run = (): void => {
      this.#run()
        .catch((error: unknown) => {
          log.warn({ err: error }, 'deleting old state failed, trying again later');
        })
        .finally(next);
    };
    this.#cancel = clock.schedule(Math.min(INTERVAL_MS, cleanupDelayMs), run, { unref: true });
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  async #run(): Promise<void> {
    for (const { opened } of this.options.standbys.all) if (!this.#stopped) await opened?.state.deleteExpired();
    for (const taskId of this.#longUnused()) {
      if (this.#stopped || this.#inUse(taskId)) continue;
      this.options.log.info({ task: taskId }, 'deleting the state of a task that has long been elsewhere');
      this.options.held.forget(taskId);
      await this.options.states.remove(taskId);
    }
  }

  #longUnused(): readonly string[] {
    const { held, clock, cleanupDelayMs } = this.options;
    const now = clock.monotonicMs();
    const lying = [...held.positions.keys()].filter((taskId) => !this.#inUse(taskId));
    for (const taskId of this.#unused.keys()) if (!lying.includes(taskId)) this.#unused.delete(taskId);
    for (const taskId of lying) if (!this.#unused.has(taskId)) this.#unused.set(taskId, now);
    return lying.filter((taskId) => now - (this.#unused.get(taskId) ?? now) >= cleanupDelayMs);
  }

  #inUse(taskId: string): boolean {
    return this.options.registry.get(taskId) !== undefined || this.options.standbys.has(taskId);
  }
}
