import type { Logger } from '../observability/log.js';
import type { Metrics } from '../observability/metrics.js';
import type { TaskState } from '../state/task-state.js';
import type { KnownWriters } from '../state/writers/store-writers.js';
import type { PlannedTask, TaskPlan } from './assignment/task-plan.js';
import { openRestorableState } from './open-restorable-state.js';
import type { SnapshotStart } from './snapshot/snapshot-start.js';
import type { StateMismatchPolicy } from './state-catalog/state-mismatch.js';
import type { StateDirectory } from './state-directory.js';
import type { RecordCollector } from './task/record-collector.js';
import { TaskContext } from './task/task-context.js';

/** A task's state, open, and what its stores know of the task. */
export interface OpenState {
  readonly state: TaskState;
  readonly context: TaskContext;
  /** Of the state of a standby: see {@link StandbyTask.caughtUpMs}. */
  readonly caughtUpMs?: number;
}

export interface TaskStatesOptions {
  readonly applicationId: string;
  readonly plan: TaskPlan;
  readonly stateDirectory?: StateDirectory;
  /** Where the state of tasks comes from that have none here. Default: their changelogs alone. */
  readonly snapshotStart?: SnapshotStart | undefined;
  readonly cacheMaxBytes: number;
  readonly stateMemoryBytes: number;
  readonly records: RecordCollector;
  /** Default: nothing is known, values are read as the present schema's. */
  readonly writers?: KnownWriters;
  readonly onStateMismatch?: StateMismatchPolicy;
  /** Whether changes of stores are written to their changelogs. Default true. */
  readonly logged?: boolean;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Opens the state of tasks, run or followed, each with its share of the memory; deletes what lies there of others. */
export class TaskStates {
  readonly #removing = new Map<string, Promise<void>>();

  constructor(private readonly options: TaskStatesOptions) {}

  /**
   * Opens the state of a task, which comes from its newest snapshot if there is none here.
   * @param goOn false: the task is given up
   * @returns undefined when it was, while its snapshot was being read
   */
  async start(task: PlannedTask, taskCount: number, goOn: () => boolean): Promise<OpenState | undefined> {
    await this.#startFromSnapshot(task, goOn);
    return goOn() ? this.open(task, taskCount) : undefined;
  }

  /** @param taskCount tasks of this instance, which share its memory */
  async open(task: PlannedTask, taskCount: number): Promise<OpenState> {
    const { applicationId, records, metrics, logged = true } = this.options;
    const context = new TaskContext({
      taskId: task.id,
      applicationId,
      partition: task.partition,
      subTopologies: logged ? [task.subTopology] : [],
      collector: records,
      metrics,
    });
    return { context, state: await this.#openState(task, context, taskCount) };
  }

  /** Bytes of the record caches that a task may use. */
  cacheShare(taskCount: number): number {
    return Math.floor(this.options.cacheMaxBytes / Math.max(1, taskCount));
  }

  /** Deletes the state of a task that is not open; an opening waits until that is done. */
  async remove(taskId: string): Promise<void> {
    const { applicationId, stateDirectory } = this.options;
    if (!stateDirectory) return;
    const removing = stateDirectory.removeTask(applicationId, taskId);
    this.#removing.set(taskId, removing);
    await removing.finally(() => this.#removing.delete(taskId));
  }

  async #startFromSnapshot(task: PlannedTask, goOn: () => boolean): Promise<void> {
    const { stateDirectory, snapshotStart } = this.options;
    if (!stateDirectory || !snapshotStart) return;
    await this.#removing.get(task.id);
    await snapshotStart.prepare(task, stateDirectory, goOn);
  }

  async #openState(task: PlannedTask, context: TaskContext, taskCount: number): Promise<TaskState> {
    const { applicationId, stateDirectory, stateMemoryBytes, writers, onStateMismatch } = this.options;
    const definitions = task.subTopology.stores;
    await this.#removing.get(task.id);
    const owner = {
      applicationId,
      taskId: task.id,
      stateDirectory: definitions.length > 0 ? stateDirectory : undefined,
      restorable: this.#restorable(task),
      onSetAside: () => this.#startFromSnapshot(task, () => true),
      log: this.options.log,
    };
    return openRestorableState(owner, {
      definitions,
      context,
      writers,
      discardsUnlogged: onStateMismatch === 'rebuild',
      cacheMaxBytes: this.cacheShare(taskCount),
      memoryBytes: Math.floor(stateMemoryBytes / Math.max(1, taskCount)),
    });
  }

  /** Whether all that the task keeps on disk is in changelogs too. */
  #restorable({ subTopology }: PlannedTask): boolean {
    const onDisk = subTopology.stores.filter(({ storage }) => storage === 'leveldb');
    return onDisk.every(({ name }) => this.options.plan.changelogOf(subTopology, name) !== undefined);
  }
}
