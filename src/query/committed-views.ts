import { openCommittedView, type CommittedView } from '../state/committed-view.js';
import type { ChangelogPosition } from '../state/store.js';
import type { BuiltTopology } from '../topology/node.js';
import { MillraceError } from '../util/errors.js';

/** A task, and which opening of its state is meant: a task that was closed and opened again gets a new view. */
export interface OpenedTask {
  readonly id: string;
  readonly subTopology: number;
  readonly opening: unknown;
}

interface OpenView {
  readonly opening: unknown;
  readonly view: Promise<CommittedView | undefined>;
}

/** Where a store of a view stands in its changelog by its last commit. */
export function positionOf(view: CommittedView, storeName: string): ChangelogPosition | undefined {
  view.refresh();
  return view.changelogPosition(storeName);
}

/** Views over what the tasks of one application have committed to disk, opened at the first read of each. */
export class CommittedViews {
  readonly #views = new Map<string, OpenView>();

  /** @param folderOf where a task keeps its database */
  constructor(
    private readonly topology: BuiltTopology,
    private readonly folderOf: (taskId: string) => string,
  ) {}

  /** What a task has on disk, as of its last commit; undefined where it keeps nothing on disk. */
  async view(task: OpenedTask): Promise<CommittedView | undefined> {
    const view = await this.#current(task).view;
    view?.refresh();
    return view;
  }

  /** Closes the views of all tasks but these. */
  keep(tasks: readonly Pick<OpenedTask, 'id'>[]): void {
    const kept = new Set(tasks.map(({ id }) => id));
    for (const [id, open] of this.#views) {
      if (kept.has(id)) continue;
      this.#views.delete(id);
      void this.#close(open);
    }
  }

  async close(): Promise<void> {
    const open = [...this.#views.values()];
    this.#views.clear();
    for (const view of open) await this.#close(view);
  }

  #current(task: OpenedTask): OpenView {
    const known = this.#views.get(task.id);
    if (known && known.opening === task.opening) return known;
    if (known) void this.#close(known);
    const open = { opening: task.opening, view: this.#open(task) };
    this.#views.set(task.id, open);
    return open;
  }

  async #open({ id, subTopology }: OpenedTask): Promise<CommittedView | undefined> {
    const definitions = this.topology.subTopologies.find((part) => part.id === subTopology)?.stores ?? [];
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
