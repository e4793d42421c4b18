import { partitionKey } from '../../broker/client/client.js';
import type { OffsetToCommit } from '../../broker/client/protocol.js';
import type { ChangelogPosition } from '../../state/store.js';
import type { CommittedPositions, TaskState } from '../../state/task-state.js';
import type { OwnedTask } from '../owned-task.js';
import type { RecordWriter } from '../record-writer.js';

/** A task whose work goes into a commit: its state is frozen, and these are the offsets it stands at. */
export interface CommittingTask {
  readonly owned: OwnedTask;
  readonly state: TaskState;
  readonly offsets: readonly OffsetToCommit[];
}

/** Freezes the state of every task and takes its offsets; nothing can come between the two. */
export function freeze(tasks: readonly OwnedTask[]): readonly CommittingTask[] {
  return tasks.flatMap((owned) => {
    const { task, state } = owned;
    if (!task || !state) return [];
    const offsets = task.prepareCommit();
    state.freeze();
    return [{ owned, state, offsets }];
  });
}

/**
 * Offsets that have to be sent: those that are not committed yet. A transaction that moves no offset (a punctuation wrote
 * something) still carries them, since they make the coordinator check the member's generation.
 */
export function offsetsToSend(committing: readonly CommittingTask[]): readonly OffsetToCommit[] {
  const changed = committing.flatMap(({ owned, offsets }) => owned.changed(offsets));
  return changed.length > 0 ? changed : committing.flatMap(({ offsets }) => offsets);
}

/**
 * Starts to write the frozen changes into the database, and then to delete what has expired in it; a failure surfaces where
 * `applying` is awaited.
 */
export function apply(committing: readonly CommittingTask[], records: RecordWriter): void {
  for (const { owned, state, offsets } of committing) {
    owned.rememberCommitted(offsets);
    owned.applying = state.apply(positionsOf(owned, offsets, records)).then(() => state.deleteExpired());
    owned.applying.catch(() => undefined);
  }
}

/** Where the stores stand in their changelogs once everything sent is acknowledged, and where the inputs stand. */
export function positionsOf(
  owned: OwnedTask,
  offsets: readonly OffsetToCommit[],
  records: RecordWriter,
): CommittedPositions {
  const inputs = new Map<string, number>();
  for (const [key, { offset }] of owned.committed) inputs.set(key, offset);
  for (const offset of offsets) inputs.set(partitionKey(offset), offset.offset);
  const changelogs = new Map<string, ChangelogPosition>();
  for (const changelog of owned.changelogs) {
    const written = changelog.isInput
      ? inputs.get(partitionKey(changelog))
      : records.writer.acknowledgedOffset(changelog.topic, changelog.partition);
    // another owner may have written after what this writer last did: the restore went past it
    changelog.offset = Math.max(changelog.offset, written ?? 0);
    const { store, topicId, leaderEpoch, offset } = changelog;
    changelogs.set(store, { topicId, leaderEpoch, offset });
  }
  return { changelogs, inputs };
}
