import type { BuiltTopology } from '../topology/node.js';
import type { ApplicationState } from '../runtime/application-state.js';
import type { TaskView } from '../runtime/application.js';
import type { CommittedViews } from './committed-views.js';
import { storeUnavailableError } from './query-errors.js';
import type { ReadableApplication, StorePartition } from './readable-application.js';
import { remainingOf } from './restore-remaining.js';

/** What is known, beside the stream thread, of an application and its tasks. */
export interface KnownState {
  readonly state: ApplicationState;
  readonly tasks: readonly (Omit<TaskView, 'state'> & { readonly opening: number })[];
}

/** An application as another thread than its own sees it: its committed state on disk, and the last that was told of it. */
export class SnapshotApplication implements ReadableApplication {
  #known: KnownState = { state: 'CREATED', tasks: [] };
  #positions = new Map<string, ReadonlyMap<string, number>>();

  /** @param prepare resolves when the serdes of the stores can read; called for each read, once a task runs */
  constructor(
    readonly id: string,
    readonly instanceId: string,
    readonly topology: BuiltTopology,
    private readonly views: CommittedViews,
    private readonly prepare: () => Promise<void>,
  ) {}

  update(known: KnownState): void {
    this.#known = known;
  }

  get state(): string {
    return this.#known.state;
  }

  tasks(): readonly TaskView[] {
    return this.#known.tasks.map((task) => ({ ...task, state: undefined }));
  }

  /** The stream thread knows them. */
  standbys(): readonly TaskView[] {
    return [];
  }

  async partitions(storeName: string): Promise<readonly StorePartition[]> {
    const holders = this.#known.tasks.filter(({ stores }) => stores.some(({ name }) => name === storeName));
    const partitions = await Promise.all(holders.map((task) => this.#open(task, storeName)));
    if (partitions.length > 0) await this.prepare();
    return partitions;
  }

  inputPositions(taskId: string): ReadonlyMap<string, number> {
    return this.#positions.get(taskId) ?? new Map<string, number>();
  }

  async #open(task: KnownState['tasks'][number], storeName: string): Promise<StorePartition> {
    const { id: taskId, status, stores } = task;
    if (status !== 'running') {
      const remaining = remainingOf(stores);
      const message = `store "${storeName}" of task ${taskId} is ${status}, ${remaining} changelog records remain`;
      throw storeUnavailableError('RESTORING', storeName, message, remaining);
    }
    const view = await this.views.view(task);
    const store = view?.stores.get(storeName);
    if (!view || !store) {
      throw storeUnavailableError('RESTORING', storeName, `task ${taskId} has not opened "${storeName}" yet`);
    }
    this.#positions.set(taskId, view.inputPositions);
    return { taskId, store };
  }
}
