import type { BuiltTopology } from '../topology/node.js';
import type { ApplicationState } from '../runtime/application-state.js';
import type { TaskView } from '../runtime/application.js';
import type { ClusterView } from '../runtime/cluster-view.js';
import type { Clock } from '../util/time.js';
import { positionOf, type CommittedViews } from './committed-views.js';
import { storeUnavailableError } from './query-errors.js';
import type { ReadableApplication, ReadIsolation, ReadScope, StorePartition } from './readable-application.js';
import { isEnding, tasksToRead } from './tasks-to-read.js';

/** A task, as far as it is known beside the stream thread. */
export type KnownTask = Omit<TaskView, 'state'> & { readonly opening: number };

/** What is known, beside the stream thread, of an application and its tasks. */
export interface KnownState {
  readonly state: ApplicationState;
  readonly tasks: readonly KnownTask[];
  readonly standbys: readonly KnownTask[];
  readonly cluster: ClusterView | undefined;
}

/** An application as another thread than its own sees it: its committed state on disk, and the last that was told of it. */
export class SnapshotApplication implements ReadableApplication {
  #known: KnownState = { state: 'CREATED', tasks: [], standbys: [], cluster: undefined };
  #positions = new Map<string, ReadonlyMap<string, number>>();

  /** @param prepareSerdes resolves when the serdes of the stores can read; called for each read, once a task runs */
  constructor(
    readonly id: string,
    readonly instanceId: string,
    readonly topology: BuiltTopology,
    private readonly views: CommittedViews,
    readonly prepareSerdes: () => Promise<void>,
    private readonly clock: Pick<Clock, 'nowMs'>,
  ) {}

  update(known: KnownState): void {
    this.#known = known;
    this.views.keep([...known.tasks, ...known.standbys]);
  }

  /** When replicas were last seen to be complete, by task. */
  caughtUp(times: Readonly<Record<string, number>>): void {
    const standbys = this.#known.standbys.map((each) => ({ ...each, caughtUpMs: times[each.id] ?? each.caughtUpMs }));
    this.#known = { ...this.#known, standbys };
  }

  /** The whole application, as of the last assignment. */
  cluster(): ClusterView | undefined {
    return this.#known.cluster;
  }

  get state(): string {
    return this.#known.state;
  }

  tasks(): readonly TaskView[] {
    return this.#known.tasks.map((task) => ({ ...task, state: undefined }));
  }

  standbys(): readonly TaskView[] {
    return this.#known.standbys.map((standby) => ({ ...standby, state: undefined }));
  }

  async partitions(
    storeName: string,
    _isolation: ReadIsolation,
    scope: ReadScope = {},
  ): Promise<readonly StorePartition[]> {
    const held = { ...this.#known, ending: isEnding(this.#known.state) };
    const read = tasksToRead(storeName, held, scope, this.clock.nowMs());
    const partitions = await Promise.all(read.map((task) => this.#open(task, storeName)));
    if (partitions.length > 0) await this.prepareSerdes();
    return partitions;
  }

  inputPositions(taskId: string): ReadonlyMap<string, number> {
    return this.#positions.get(taskId) ?? new Map<string, number>();
  }

  async #open(task: KnownTask, storeName: string): Promise<StorePartition> {
    const { id: taskId } = task;
    const view = await this.views.view(task);
    const store = view?.stores.get(storeName);
    if (!view || !store) {
      throw storeUnavailableError('RESTORING', storeName, `task ${taskId} has not opened "${storeName}" yet`);
    }
    this.#positions.set(taskId, view.inputPositions);
    return { taskId, store, changelogPosition: () => positionOf(view, storeName) };
  }
}
