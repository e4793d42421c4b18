import { partitionKey, type Admin, type OffsetMap, type Reader } from '../../broker/client/client.js';
import type { Logger } from '../../observability/log.js';
import type { CapturedState } from '../../state/captured-state.js';
import { MillraceError } from '../../util/errors.js';
import type { CancelTimer, Clock } from '../../util/time.js';
import type { SnapshotOptions } from '../application.js';
import type { PartitionCounts, TaskPlan } from '../assignment/task-plan.js';
import { applied } from '../commit/commit.js';
import type { LoopCommands } from '../loop-commands.js';
import type { OwnedTask } from '../owned-task.js';
import type { TaskInputs } from '../task-inputs.js';
import type { TaskRegistry } from '../task-registry.js';
import type { SnapshotChangelog, SnapshotManifest } from './snapshot-manifest.js';
import type { SnapshotStorage } from './snapshot-storage.js';
import { TaskSnapshots } from './task-snapshots.js';
import { writeSnapshot } from './write-snapshot.js';

export interface StateSnapshotsOptions {
  readonly applicationId: string;
  readonly plan: TaskPlan;
  readonly registry: TaskRegistry;
  readonly commands: LoopCommands;
  readonly inputs: TaskInputs;
  readonly reader: Pick<Reader, 'position'>;
  readonly admin: Pick<Admin, 'listOffsets'>;
  /** Of the last assignment. */
  readonly counts: () => PartitionCounts;
  readonly running: () => boolean;
  /** Lets the loop look at its inputs. */
  readonly wake: () => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Whether what was read is processed to the end, and by whom. */
export interface DrainedTasks {
  readonly drained: boolean;
  /** Where the repartition topics that are read here end, by `topic-partition`; the same later: nothing was sent meanwhile. */
  readonly ends: Readonly<Record<string, number>>;
  /** The tasks of this instance. */
  readonly tasks: readonly string[];
  /** Those of all instances. */
  readonly allTasks: readonly string[];
}

/** What is captured of a task, to be written beside it. */
interface CapturedTask {
  readonly owned: OwnedTask;
  readonly captured: CapturedState;
}

/**
 * Takes the snapshots of an instance. What is captured is of one commit, in a command of the loop; writing goes on beside it.
 *
 * *A cut* of the application is a snapshot of every task such that what one has sent another has taken: sources are held
 * back, and repartition topics read to their ends, before anything is captured.
 */
export class StateSnapshots {
  #cancelLease: CancelTimer = () => undefined;

  constructor(private readonly options: StateSnapshotsOptions) {}

  hold(forMs: number): void {
    const { inputs, plan, clock, log, wake } = this.options;
    const lapsed = (): void => {
      log.warn({ forMs }, 'sources were held back for as long as was asked for: going on');
      this.release();
    };
    this.#cancelLease();
    this.#cancelLease = clock.schedule(forMs, lapsed, { unref: true });
    inputs.hold((owned, topic) => !isSink(owned) && !plan.isInternal(topic));
    wake();
  }

  release(): void {
    this.#cancelLease();
    this.options.inputs.hold(undefined);
    this.options.wake();
  }

  async drained(): Promise<DrainedTasks> {
    const { commands, plan, counts, registry, running } = this.options;
    const ends = running() ? await commands.run(() => this.#endsIfDrained()) : undefined;
    return {
      drained: ends !== undefined,
      ends: Object.fromEntries(ends ?? []),
      tasks: registry.all.map(({ id }) => id),
      allTasks: plan.tasks(counts()).map(({ id }) => id),
    };
  }

  async take(
    storage: SnapshotStorage,
    { keep, drained = false }: SnapshotOptions,
  ): Promise<readonly SnapshotManifest[]> {
    const { commands, running } = this.options;
    if (!running()) throw this.#notReady(drained);
    const captured = await commands.run(() => this.#capture(drained));
    const manifests: SnapshotManifest[] = [];
    try {
      for (const task of captured) {
        const manifest = await this.#write(storage, task, keep);
        if (manifest !== undefined) manifests.push(manifest);
      }
    } finally {
      // The database of a task that was given up meanwhile has closed it
      for (const task of captured) await task.captured.close().catch(() => undefined);
    }
    return manifests;
  }

  async #capture(drained: boolean): Promise<readonly CapturedTask[]> {
    const { registry, running } = this.options;
    if (!running() || (drained && !(await this.#endsIfDrained()))) throw this.#notReady(drained);
    const tasks = registry.running;
    await applied(tasks);
    return tasks.flatMap((owned) => {
      const captured = owned.state?.capture();
      return captured === undefined ? [] : [{ owned, captured }];
    });
  }

  /** To be called by a command: nothing is processed meanwhile, so what is at rest stays so, but for fetches that arrive. */
  async #endsIfDrained(): Promise<OffsetMap | undefined> {
    const { registry, running, plan, admin, reader } = this.options;
    const tasks = registry.running.filter((owned) => !isSink(owned));
    if (!running() || !tasks.every(atRest)) return undefined;
    const again = tasks.flatMap(({ inputs }) => inputs.filter(({ topic }) => plan.isRepartition(topic)));
    const ends = await admin.listOffsets(again, 'latest', 'read_uncommitted');
    const atEnd = again.every((input) => (reader.position(input) ?? -1) >= (ends.get(partitionKey(input)) ?? 0));
    return atEnd && tasks.every(atRest) ? ends : undefined;
  }

  async #write(
    storage: SnapshotStorage,
    { owned, captured }: CapturedTask,
    keep: number | undefined,
  ): Promise<SnapshotManifest | undefined> {
    const { applicationId: application, clock, log } = this.options;
    const changelogs = changelogsOf(owned, captured);
    try {
      const facts = { application, task: owned.id, takenAtMs: clock.nowMs(), changelogs };
      const manifest = await writeSnapshot(storage, captured, facts);
      if (keep !== undefined) await new TaskSnapshots(storage, application, owned.id).keepNewest(keep);
      return manifest;
    } catch (error) {
      if (!owned.cancellation.aborted) throw error;
      log.warn({ err: error, task: owned.id }, 'a task was given up while its snapshot was written');
      return undefined;
    }
  }

  #notReady(drained: boolean): MillraceError {
    const { applicationId } = this.options;
    const what = drained ? 'is not at rest' : 'is not running';
    return new MillraceError({
      code: 'SNAPSHOT_NOT_READY',
      kind: 'unavailable',
      message: `application "${applicationId}" ${what}`,
      hint: 'Try again when it is RUNNING.',
    });
  }
}

function changelogsOf(owned: OwnedTask, { changelogs }: CapturedState): Readonly<Record<string, SnapshotChangelog>> {
  const positions = owned.changelogs.flatMap(({ store, topic }) => {
    const position = changelogs.get(store);
    return position === undefined ? [] : [[store, { topic, ...position }] as const];
  });
  return Object.fromEntries(positions);
}

/** Whether all that was fetched is processed and committed. */
function atRest({ task, waiting, commitNeeded }: OwnedTask): boolean {
  return (
    task !== undefined && waiting === undefined && !commitNeeded && task.inputs.every((i) => i.bufferedRecords === 0)
  );
}

function isSink({ plan }: OwnedTask): boolean {
  return plan.subTopology.connector !== undefined;
}
