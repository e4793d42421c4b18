import type { ClusterMembers } from '../../query/cluster/cluster-application.js';
import type { MemberChannels } from '../../query/cluster/member-channels.js';
import type { Queries } from '../../query/query-methods.js';
import type { SupervisedProcess } from './supervised-process.js';

/** The instances that a supervisor answers for, each asked directly, among those of others. */
export function supervisedMembers(processes: readonly SupervisedProcess[], others: MemberChannels): ClusterMembers {
  const byId = new Map(processes.map((each) => [each.instanceId, each]));
  const firstOf = (all: Iterable<SupervisedProcess>): Queries | undefined =>
    [...all].find(({ answers }) => answers !== undefined)?.answers?.queries;
  return {
    queriesOf(member) {
      const own = byId.get(member.instanceId);
      return own ? own.answers?.queries : others.queriesOf(member);
    },
    own: () => [...byId.keys()],
    here: (instanceId) => (instanceId === undefined ? firstOf(processes) : byId.get(instanceId)?.answers?.queries),
  };
}
