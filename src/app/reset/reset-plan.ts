import type { BrokerClient, GroupDescription, GroupMemberDescription } from '../../broker/client/client.js';
import { TaskPlan } from '../../runtime/assignment/task-plan.js';
import { stateCatalogTopic } from '../../topology/internal-topics.js';
import type { BuiltTopology } from '../../topology/node.js';
import { leftoverTopics } from '../leftover-topics.js';
import { moveOffsets, type OffsetMove, type ResetTarget } from './reset-target.js';

/** What an application is reset to, and how much of it. */
export interface ResetRequest {
  readonly applicationId: string;
  readonly topology: BuiltTopology;
  readonly target: ResetTarget;
  /** Only move the offsets: internal topics, the rest of the group and local state stay. */
  readonly keepInternal: boolean;
  /** Also delete internal topics that an earlier build seems to have left. */
  readonly orphans: boolean;
  /** Remove the members of the group. */
  readonly force: boolean;
  /** Folders of the application's local state. */
  readonly folders: readonly string[];
}

/** All that a reset does, or would do, in this order. */
export interface ResetPlan {
  readonly application: string;
  /** Undefined: the broker knows no such group. */
  readonly group: GroupDescription | undefined;
  /** Members to be removed, with `force`. */
  readonly members: readonly GroupMemberDescription[];
  readonly folders: readonly string[];
  /** Internal topics to be deleted. */
  readonly topics: readonly string[];
  /** Topics that are left alone, since this topology does not know them. */
  readonly orphans: readonly string[];
  readonly deleteGroup: boolean;
  readonly offsets: readonly OffsetMove[];
  /** Topics that the topology reads and that do not exist. */
  readonly missing: readonly string[];
}

/** Finds out what a reset has to do; changes nothing. */
export async function planReset({ admin }: BrokerClient, request: ResetRequest): Promise<ResetPlan> {
  const { applicationId, topology, target, keepInternal, orphans, force, folders } = request;
  const plan = new TaskPlan(applicationId, topology);
  const group = await admin.describeGroup(applicationId);
  const existing = await admin.describeTopics();
  const sources = plan.allSourceTopics(existing.keys()).filter((topic) => !plan.isInternal(topic));
  const partitions = sources.flatMap((topic) =>
    Array.from({ length: existing.get(topic)?.partitions ?? 0 }, (_, partition) => ({ topic, partition })),
  );
  const committed = await admin.committedOffsets(applicationId, 'all');
  const internal = [
    ...topology.internalTopics(applicationId).map(({ name }) => name),
    stateCatalogTopic(applicationId),
  ];
  const leftover = leftoverTopics(applicationId, existing.keys(), new Set(internal));
  const deleted = [...internal.filter((name) => existing.has(name)), ...(orphans ? leftover : [])];
  return {
    application: applicationId,
    group,
    members: force ? (group?.members ?? []) : [],
    folders: keepInternal ? [] : folders,
    topics: keepInternal ? [] : deleted,
    orphans: orphans || keepInternal ? [] : leftover,
    deleteGroup: !keepInternal && group !== undefined,
    offsets: await moveOffsets(admin, partitions, target, committed),
    missing: sources.filter((topic) => !existing.has(topic)),
  };
}
