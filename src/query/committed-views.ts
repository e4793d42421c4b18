import type { StreamsApplication, TaskView } from '../runtime/application.js';
import { openCommittedView, type CommittedStore, type CommittedView } from '../state/committed-view.js';
import type { TaskState } from '../state/task-state.js';
import { MillraceError } from '../util/errors.js';

interface OpenView {
  /** The opening of the task that the view belongs to: a task that was closed and opened again gets a new view. */
  readonly state: TaskState | undefined;
  readonly view: Promise<CommittedView | undefined>;
}

/** Views over what the tasks of one application have committed to disk, opened at the first read of each. */
export class CommittedViews {
  readonly #views = new Map<string, OpenView>();

  /** @param folderOf where a task keeps its database */
  constructor(
    private readonly application: Pick<StreamsApplication, 'topology'>,
    private readonly folderOf: (taskId: string) => string,
  ) {}

  /** The stores that a task has on disk, as of its last commit; undefined where it keeps nothing on disk. */
  async stores(task: TaskView): Promise<ReadonlyMap<string, CommittedStore> | undefined> {
    const view = await this.#current(task).view;
    view?.refresh();
    return view?.stores;
  }

  async close(): Promise<void> {
    const open = [...this.#views.values()];
    this.#views.clear();
    for (const view of open) await this.#close(view);
  }

  #current(task: TaskView): OpenView {
    const known = this.#views.get(task.id);
    if (known && known.state === task.state) return known;
    if (known) void this.#close(known);
    const open = { state: task.state, view: this.#open(task) };
    this.#views.set(task.id, open);
    return open;
  }

  async #open({ id, subTopology }: TaskView): Promise<CommittedView | undefined> {
    const definitions = this.application.topology.subTopologies.find((part) => part.id === subTopology)?.stores ?? [];
    try {
      return await openCommittedView(this.folderOf(id), definitions);
    } catch (error) {
      if (error instanceof MillraceError && error.code === 'STATE_NOT_FOUND') return undefined;
      this.#views.delete(id);
      throw error;
    }
  }

  async #close({ view }: OpenView): Promise<void> {
    await view.then(
      (opened) => opened?.close(),
      () => undefined, // it never opened
    );
  }
}
