import type { BrokerClient } from '../../broker/client/client.js';
import type { TaskPlan } from '../../runtime/assignment/task-plan.js';
import { readApplicationFacts } from './application-facts.js';
import { changelogFindings } from './changelog-findings.js';
import type { Finding } from './finding.js';
import { groupFindings } from './group-findings.js';
import { offsetFindings } from './offset-findings.js';
import { topicFindings } from './topic-findings.js';

/**
 * Compares a topology with the topics, the group and the committed offsets of the application of its id, run by Kafka Streams
 * for Java or by Millrace, running or stopped. Changes nothing.
 */
export async function diagnose(plan: TaskPlan, client: BrokerClient): Promise<readonly Finding[]> {
  const facts = await readApplicationFacts(plan, client);
  return [
    ...groupFindings(plan.applicationId, facts),
    ...topicFindings(plan, facts),
    ...offsetFindings(plan, facts),
    ...changelogFindings(plan, facts),
  ];
}
