import type { OffsetMap } from '../broker/client/client.js';
import type { Logger } from '../observability/log.js';
import type { Clock } from '../util/time.js';
import type { ApplicationMetrics } from './application-metrics.js';
import type { PlannedTask } from './assignment/task-plan.js';
import type { HeldState } from './held-state.js';
import type { LoopCommands } from './loop-commands.js';
import { OwnedTask } from './owned-task.js';
import type { ChangelogReader } from './restore/changelog-reader.js';
import type { TaskInputs } from './task-inputs.js';
import type { OpeningFacts, TaskOpener } from './task-opener.js';
import type { TaskRegistry } from './task-registry.js';

/**
 * Starts and ends tasks. Opening and restoring go on beside the loop, so that tasks that stay keep processing; the first
 * and the last step of a task are the loop's.
 */
export class TaskLifecycle {
  constructor(
    private readonly options: {
      readonly registry: TaskRegistry;
      readonly opener: TaskOpener;
      readonly inputs: TaskInputs;
      readonly restore: ChangelogReader;
      readonly held: HeldState;
      readonly commands: LoopCommands;
      readonly clock: Clock;
      readonly metrics: ApplicationMetrics;
      readonly log: Logger;
      /** A task has begun to process. */
      readonly onRunning: (owned: OwnedTask) => void;
      /** Tasks were given up. */
      readonly onReleased: () => void;
      /** A task cannot be opened or initialised. */
      readonly onFailure: (error: unknown) => void;
    },
  ) {}

  /** Takes a task on; it runs once it is restored. */
  start(planned: PlannedTask, facts: OpeningFacts): void {
    const owned = new OwnedTask(planned);
    const { registry, opener, metrics, clock } = this.options;
    registry.add(owned);
    owned.unwatch = metrics.watch(owned);
    const start = clock.monotonicMs();
    const opening = opener.open(owned, facts);
    owned.opened = opening.then(
      (offsets) => {
        if (!offsets) return;
        this.options.held.opened(owned.id);
        metrics.restoreLatency(owned.id).observe((clock.monotonicMs() - start) / 1_000);
        this.#activate(owned, offsets);
      },
      (error: unknown) => {
        if (!owned.cancellation.aborted) this.options.onFailure(error);
      },
    );
  }

  /** Ends a task; what it has not committed is dropped. To be called by the loop. */
  async release(owned: OwnedTask): Promise<void> {
    const { restore, inputs, registry, log } = this.options;
    owned.cancel();
    restore.cancel(owned.id);
    inputs.remove(owned);
    await owned.opened;
    await owned.waiting;
    await owned.applying.catch((error: unknown) => {
      log.error({ err: error, task: owned.id }, 'the last commit could not be written into the state');
    });
    owned.status = 'closed';
    registry.remove(owned);
    owned.unwatch();
    await owned.task?.close();
    if (!owned.state) return;
    owned.state.abort();
    this.options.held.closed(owned.plan, owned.state);
    await owned.state.close();
  }

  /** Ends tasks, all of them even if one fails. @throws the first error */
  async releaseAll(tasks: readonly OwnedTask[]): Promise<void> {
    const results = await Promise.allSettled(tasks.map((owned) => this.release(owned)));
    this.options.onReleased();
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  #activate(owned: OwnedTask, offsets: OffsetMap): void {
    const { commands, inputs, registry, onRunning, onFailure } = this.options;
    commands
      .run(() => {
        if (owned.cancellation.aborted) return;
        owned.task?.initialize();
        inputs.seek(owned, offsets);
        registry.start(owned);
        onRunning(owned);
      })
      .catch(onFailure);
  }
}
