import { sizeTopics } from '../../runtime/internal-topics.js';
import type { TaskPlan } from '../../runtime/assignment/task-plan.js';
import type { InternalTopic } from '../../topology/node.js';
import { MillraceError } from '../../util/errors.js';
import { cleanupPolicies } from '../cleanup-policies.js';
import type { ApplicationFacts } from './application-facts.js';
import type { Finding } from './finding.js';
import { orphanFindings } from './orphan-findings.js';

/** Whether the topics that the topology reads, and those that it makes, are what the topology takes them for. */
export function topicFindings(plan: TaskPlan, facts: ApplicationFacts): readonly Finding[] {
  const sized = sizedOrProblem(plan, facts);
  const expected = plan.topology.internalTopics(plan.applicationId);
  return [
    ...sourceFindings(plan, facts),
    ...sized.problems,
    ...expected.flatMap((topic) => internalFindings(topic, sized.partitions.get(topic.name), facts)),
    ...orphanFindings(plan, facts),
  ];
}

function sourceFindings(plan: TaskPlan, { topics }: ApplicationFacts): readonly Finding[] {
  const sources = plan.allSourceTopics(topics.keys()).filter((topic) => !plan.isInternal(topic));
  const globals = plan.topology.globalStores.flatMap(({ source }) => source.topics);
  return [...sources, ...globals].map((name) => {
    const found = topics.get(name);
    if (found) return { subject: 'source', name, verdict: 'fits', message: partitions(found.partitions) };
    return { subject: 'source', name, verdict: 'misfit', message: 'does not exist' };
  });
}

/** The partitions that each internal topic is to have; none where the source topics do not allow to tell. */
function sizedOrProblem(
  plan: TaskPlan,
  { topics }: ApplicationFacts,
): { readonly partitions: ReadonlyMap<string, number>; readonly problems: readonly Finding[] } {
  try {
    const { internalTopics } = sizeTopics(plan, topics);
    return {
      partitions: new Map(internalTopics.map(({ topic, partitions }) => [topic.name, partitions])),
      problems: [],
    };
  } catch (error) {
    if (!(error instanceof MillraceError) || error.kind === 'internal') throw error;
    // Each missing topic is told of by itself.
    const told = error.code === 'MISSING_SOURCE_TOPIC';
    const problem = { subject: 'source', name: plan.applicationId, verdict: 'misfit', message: error.message } as const;
    return { partitions: new Map(), problems: told ? [] : [problem] };
  }
}

function internalFindings(
  topic: InternalTopic,
  expected: number | undefined,
  facts: ApplicationFacts,
): readonly Finding[] {
  const { name, type: subject } = topic;
  const found = facts.topics.get(name);
  if (found === undefined) return [missing(topic, facts.committed.size > 0)];
  if (expected !== undefined && found.partitions !== expected) {
    const message = `${partitions(found.partitions)}, while its inputs ask for ${expected}`;
    return [{ subject, name, verdict: 'misfit', message }];
  }
  const configs = configFindings(topic, facts.configs.get(name) ?? {});
  return configs.length > 0 ? configs : [{ subject, name, verdict: 'fits', message: partitions(found.partitions) }];
}

function missing({ name, type: subject }: InternalTopic, hasRun: boolean): Finding {
  if (!hasRun) return { subject, name, verdict: 'note', message: 'does not exist, and will be made' };
  if (subject === 'ticks') {
    const message = 'does not exist, and will be made; Kafka Streams for Java knows no ticks, so there is no way back';
    return { subject, name, verdict: 'note', message };
  }
  const lost = subject === 'changelog' ? 'its store would begin empty' : 'what it held is not read';
  const message = `does not exist although offsets are committed: ${lost}, and the application that ran has other names`;
  return { subject, name, verdict: 'misfit', message };
}

function configFindings(topic: InternalTopic, found: Readonly<Record<string, string | null>>): readonly Finding[] {
  const { name, type: subject, configs } = topic;
  const [policy, expected] = [cleanupPolicies(found['cleanup.policy']), cleanupPolicies(configs['cleanup.policy'])];
  if (policy.join() !== expected.join() && policy.length > 0) {
    // What is not compacted expires, and a repartition topic that is compacted loses records.
    const loses = expected.includes('compact') !== policy.includes('compact');
    const message = `cleanup.policy is ${policy.join(',')}, where the topology asks for ${expected.join(',')}`;
    return [{ subject, name, verdict: loses ? 'misfit' : 'note', message }];
  }
  const [kept, asked] = [Number(found['retention.ms'] ?? NaN), Number(configs['retention.ms'] ?? NaN)];
  if (asked >= 0 && kept >= 0 && kept < asked) {
    const message = `retention.ms is ${kept}, where the topology asks for ${asked}`;
    return [{ subject, name, verdict: 'note', message }];
  }
  return [];
}

function partitions(count: number): string {
  return count === 1 ? '1 partition' : `${count} partitions`;
}
