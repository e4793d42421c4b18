import { partitionKey, type Admin, type OffsetMap } from '../broker/client/client.js';
import type { TopicPartition } from '../broker/client/protocol.js';
import type { OffsetReset } from '../topology/node.js';
import { invalid } from '../util/errors.js';
import type { PlannedTask, TaskPlan } from './assignment/task-plan.js';
import type { CommittedInput } from './task/task.js';

/** Where a task's inputs start: where they were committed or, never committed, where their source says. */
export async function startOffsets(
  admin: Admin,
  plan: TaskPlan,
  task: PlannedTask,
  committed: ReadonlyMap<string, CommittedInput>,
  fallback: OffsetReset,
): Promise<OffsetMap> {
  const offsets: OffsetMap = new Map();
  const open: TopicPartition[] = [];
  for (const input of task.inputs) {
    const known = committed.get(partitionKey(input));
    if (known) offsets.set(partitionKey(input), known.offset);
    else open.push(input);
  }
  if (open.length === 0) return offsets;
  for (const [key, offset] of await resetOffsets(admin, plan, task, open, fallback)) offsets.set(key, offset);
  return offsets;
}

/**
 * Offsets by the reset policy of each partition's source.
 * @throws MillraceError `NO_COMMITTED_OFFSET` where the policy is `none`
 */
export async function resetOffsets(
  admin: Admin,
  plan: TaskPlan,
  task: PlannedTask,
  partitions: readonly TopicPartition[],
  fallback: OffsetReset,
): Promise<OffsetMap> {
  const by = (policy: OffsetReset): readonly TopicPartition[] =>
    partitions.filter(({ topic }) => (plan.offsetReset(task.subTopology, topic) ?? fallback) === policy);
  const refused = by('none');
  if (refused.length > 0) {
    const names = refused.map((partition) => `"${partitionKey(partition)}"`).join(', ');
    throw invalid(
      'NO_COMMITTED_OFFSET',
      `no offset of ${names} is committed or in the log, and offsetReset is "none"`,
      {
        hint: 'Set the offsets with a tool, or give the source offsetReset "earliest" or "latest".',
        context: { task: task.id },
      },
    );
  }
  const [earliest, latest] = [by('earliest'), by('latest')];
  const found: OffsetMap =
    earliest.length > 0 ? await admin.listOffsets(earliest, 'earliest') : new Map<string, number>();
  return latest.length > 0 ? new Map([...found, ...(await admin.listOffsets(latest, 'latest'))]) : found;
}
