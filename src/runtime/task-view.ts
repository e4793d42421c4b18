import { partitionKey } from '../broker/client/client.js';
import type { StoreView, TaskView } from './application.js';
import type { PlannedTask } from './assignment/task-plan.js';
import type { OwnedTask, StoreChangelog } from './owned-task.js';
import type { StandbyTask } from './standby-task.js';

/** A snapshot of a task that this instance runs. */
export function viewOfOwned(owned: OwnedTask): TaskView {
  return {
    id: owned.id,
    subTopology: owned.plan.subTopology.id,
    partition: owned.plan.partition,
    status: owned.status,
    inputs: owned.inputs.map((input) => {
      const key = partitionKey(input);
      const committedOffset = owned.committed.get(key)?.offset;
      const highWatermark = owned.highWatermarks.get(key);
      return { ...input, committedOffset, highWatermark, lagRecords: owned.lagOf(key) };
    }),
    stores: storeViews(owned.plan, owned.changelogs),
    state: owned.state,
    caughtUpMs: owned.caughtUpMs,
  };
}

/** A snapshot of a replica; it reads changelogs, no inputs. */
export function viewOfStandby({ plan, kind, opened, changelogs, caughtUpMs }: StandbyTask): TaskView {
  return {
    id: plan.id,
    subTopology: plan.subTopology.id,
    partition: plan.partition,
    status: kind,
    inputs: [],
    stores: storeViews(plan, changelogs),
    state: opened?.state,
    caughtUpMs,
  };
}

function storeViews({ subTopology }: PlannedTask, changelogs: readonly StoreChangelog[]): readonly StoreView[] {
  return subTopology.stores.map(({ name }) => {
    const changelog = changelogs.find(({ store }) => store === name);
    return {
      name,
      changelogTopic: changelog?.topic,
      restoredOffset: changelog?.offset ?? 0,
      endOffset: Math.max(changelog?.offset ?? 0, changelog?.endOffset ?? 0),
    };
  });
}
