import { partitionKey } from '../../broker/client/client.js';
import type { TaskPlan } from '../../runtime/assignment/task-plan.js';
import type { ApplicationFacts } from './application-facts.js';
import type { Finding } from './finding.js';

/** How names of internal topics end; those of foreign-key joins have kinds of their own. */
const INTERNAL = /-(changelog|repartition|topic)$/;

/**
 * Internal topics of the application that the topology does not know. A changelog of that kind is left where it is. A
 * repartition topic with records that nobody has read yet is a misfit: they would be lost.
 */
export function orphanFindings(plan: TaskPlan, facts: ApplicationFacts): readonly Finding[] {
  const { applicationId, topology } = plan;
  const known = new Set(topology.internalTopics(applicationId).map(({ name }) => name));
  const inputs = new Set(plan.allSourceTopics(facts.topics.keys()));
  return [...facts.topics.keys()].flatMap((name): Finding[] => {
    const kind = name.startsWith(`${applicationId}-`) ? INTERNAL.exec(name)?.[1] : undefined;
    if (kind === undefined || known.has(name) || inputs.has(name)) return [];
    const subject = kind === 'changelog' ? 'changelog' : 'repartition';
    const unread = subject === 'repartition' ? unreadRecords(name, facts) : 0;
    if (unread > 0) {
      const message = `is unknown to the topology, and ${unread} of its records are still to be read`;
      return [{ subject, name, verdict: 'misfit', message }];
    }
    const whose = `or belongs to an application whose id begins with "${applicationId}-"`;
    return [{ subject, name, verdict: 'note', message: `is unknown to the topology, ${whose}` }];
  });
}

/** Of the partitions with a committed offset: another application's topic has none in this group. */
function unreadRecords(topic: string, { committed, ends }: ApplicationFacts): number {
  let unread = 0;
  for (const offset of committed.values()) {
    if (offset.topic === topic) unread += Math.max(0, (ends.get(partitionKey(offset)) ?? 0) - offset.offset);
  }
  return unread;
}
