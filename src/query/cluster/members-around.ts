import type { Queries } from '../query-methods.js';
import type { ClusterMembers } from './cluster-application.js';
import type { MemberChannels } from './member-channels.js';

/** One instance among the others: what it has itself it answers without a detour. */
export function membersAround(instanceId: string, own: Queries, others: MemberChannels): ClusterMembers {
  return {
    queriesOf: (member) => (member.instanceId === instanceId ? own : others.queriesOf(member)),
    own: () => [instanceId],
    here: () => own,
  };
}
