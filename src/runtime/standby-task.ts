import type { PlannedTask } from './assignment/task-plan.js';
import type { StoreChangelog } from './owned-task.js';
import type { OpenState } from './task-states.js';

/** `warmup`: the task is to move here once the replica has caught up. */
export type ReplicaKind = 'standby' | 'warmup';

/** A replica of a task's state, kept up to date from the changelogs while another instance runs the task. */
export class StandbyTask {
  opened: OpenState | undefined;
  changelogs: readonly StoreChangelog[] = [];
  /** Settles, never rejects, when nothing reads for it any more. */
  ended: Promise<void> = Promise.resolve();
  /** Takes it out of the metrics. */
  unwatch: () => void = () => undefined;
  readonly #cancel = new AbortController();

  constructor(
    readonly plan: PlannedTask,
    public kind: ReplicaKind,
  ) {}

  get id(): string {
    return this.plan.id;
  }

  /** Records that it is behind, as far as known; undefined while it opens. */
  get lag(): number | undefined {
    if (this.changelogs.length === 0) return undefined;
    return this.changelogs.reduce((sum, { offset, endOffset }) => sum + Math.max(0, endOffset - offset), 0);
  }

  /** Wall-clock milliseconds at which all its stores were last seen to hold what their changelogs have; undefined: never. */
  get caughtUpMs(): number | undefined {
    const times = this.changelogs.map(({ caughtUpMs = -Infinity }) => caughtUpMs);
    const earliest = Math.min(...times);
    return Number.isFinite(earliest) ? earliest : undefined;
  }

  /** Sum of its changelog positions. */
  get position(): number {
    return this.changelogs.reduce((sum, { offset }) => sum + offset, 0);
  }

  get cancelled(): boolean {
    return this.#cancel.signal.aborted;
  }

  cancel(): void {
    this.#cancel.abort();
  }
}
