import { partitionKey } from '../../broker/client/client.js';
import type { TaskPlan } from '../../runtime/assignment/task-plan.js';
import { leftoverTopics } from '../leftover-topics.js';
import type { ApplicationFacts } from './application-facts.js';
import type { Finding } from './finding.js';

/**
 * Internal topics of the application that the topology does not know. One with records that the application has still to
 * read is a misfit: they would be lost.
 */
export function orphanFindings(plan: TaskPlan, facts: ApplicationFacts): readonly Finding[] {
  const { applicationId, topology } = plan;
  const internal = topology.internalTopics(applicationId).map(({ name }) => name);
  const known = new Set([...internal, ...plan.allSourceTopics(facts.topics.keys())]);
  return leftoverTopics(applicationId, facts.topics.keys(), known).map((name): Finding => {
    const subject = name.endsWith('-changelog') ? 'changelog' : 'repartition';
    const unread = unreadRecords(name, facts);
    if (unread > 0) {
      const message = `is unknown to the topology, and ${unread} of its records are still to be read`;
      return { subject, name, verdict: 'misfit', message };
    }
    const whose = `or belongs to an application whose id begins with "${applicationId}-"`;
    return { subject, name, verdict: 'note', message: `is unknown to the topology, ${whose}` };
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
