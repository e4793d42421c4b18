import type { OffsetToCommit, TopicPartition } from '../broker/client/protocol.js';
import { partitionKey } from '../broker/client/client.js';
import type { TaskState } from '../state/task-state.js';
import type { PlannedTask } from './assignment/task-plan.js';
import type { CommittedInput, Task } from './task/task.js';

/** Where a store of a task is logged, and where it stands. */
export interface StoreChangelog {
  readonly store: string;
  readonly topic: string;
  readonly partition: number;
  readonly topicId: string;
  readonly leaderEpoch: number;
  /** The topic is an input of the task: its position is the committed input offset. */
  readonly isInput: boolean;
  /** Restored, later committed, up to here. */
  offset: number;
  /** Where the restore ends. */
  endOffset: number;
  /** Of a changelog that is followed: wall-clock milliseconds at which all that it had was last seen to be applied. */
  caughtUpMs?: number;
}

export type OwnedTaskStatus = 'created' | 'restoring' | 'running' | 'closed';

/**
 * A task of this instance, from its assignment until it is given up. `created` and `restoring` go on beside the loop;
 * from `running` on only the loop touches it.
 */
export class OwnedTask {
  status: OwnedTaskStatus = 'created';
  readonly #cancel = new AbortController();
  /** Settles, never rejects, when the opening has ended, well or not. */
  opened: Promise<void> = Promise.resolve();
  state: TaskState | undefined;
  task: Task | undefined;
  changelogs: readonly StoreChangelog[] = [];
  /** What the group has committed, by `topic-partition`. */
  committed = new Map<string, CommittedInput>();
  /** See {@link StoreChangelog.caughtUpMs}: of a task that was a standby, over all its stores. */
  caughtUpMs: number | undefined;
  readonly highWatermarks = new Map<string, number>();
  readonly paused = new Set<string>();
  /** Settles when the task's asynchronous slice has ended; its error, if any, is kept for the loop. */
  waiting: Promise<void> | undefined;
  failure: { readonly error: unknown } | undefined;
  /** Takes the task out of the metrics. */
  unwatch: () => void = () => undefined;
  /** The write of the last commit into the database. */
  applying: Promise<void> = Promise.resolve();

  constructor(public plan: PlannedTask) {}

  /** Something was done that no commit has yet. */
  get commitNeeded(): boolean {
    return this.task?.commitNeeded === true;
  }

  /** Aborted when the task is given up: an opening stops at its next step. */
  get cancellation(): AbortSignal {
    return this.#cancel.signal;
  }

  cancel(): void {
    this.#cancel.abort();
  }

  get id(): string {
    return this.plan.id;
  }

  get inputs(): readonly TopicPartition[] {
    return this.plan.inputs;
  }

  /** Records of an input between the last commit and the end of the log, as far as known. */
  lagOf(topicPartition: string): number {
    const highWatermark = this.highWatermarks.get(topicPartition);
    if (highWatermark === undefined) return 0;
    return Math.max(0, highWatermark - (this.committed.get(topicPartition)?.offset ?? 0));
  }

  /** Remembers offsets that are committed now. */
  rememberCommitted(offsets: readonly OffsetToCommit[]): void {
    for (const offset of offsets) this.committed.set(partitionKey(offset), offset);
  }

  /** Offsets that differ from what is committed. */
  changed(offsets: readonly OffsetToCommit[]): readonly OffsetToCommit[] {
    return offsets.filter((offset) => {
      const known = this.committed.get(partitionKey(offset));
      return known?.offset !== offset.offset || known.metadata !== offset.metadata;
    });
  }
}
