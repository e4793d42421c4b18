import { partitionKey, type CommittedOffset } from '../../broker/client/client.js';
import type { TaskPlan } from '../../runtime/assignment/task-plan.js';
import { decodeOffsetMetadata, offsetMetadataVersion } from '../../runtime/task/offset-metadata.js';
import type { ApplicationFacts } from './application-facts.js';
import type { Finding, Verdict } from './finding.js';

/** Whether Millrace can go on at the committed offsets, and understands what is committed with them. */
export function offsetFindings(plan: TaskPlan, facts: ApplicationFacts): readonly Finding[] {
  const inputs = new Set(plan.allSourceTopics(facts.topics.keys()));
  return [
    ...[...facts.committed.values()].map((committed) => offsetFinding(committed, inputs, facts)),
    ...uncommitted(inputs, facts),
  ];
}

function offsetFinding(committed: CommittedOffset, inputs: ReadonlySet<string>, facts: ApplicationFacts): Finding {
  const name = partitionKey(committed);
  const found = (verdict: Verdict, message: string): Finding => ({ subject: 'offset', name, verdict, message });
  const { offset, metadata, topic } = committed;
  if (!inputs.has(topic)) return found('note', `${offset} is committed, of a topic that the topology does not read`);
  const [start, end] = [facts.starts.get(name), facts.ends.get(name)];
  if (start === undefined || end === undefined)
    return found('misfit', `${offset} is committed, but there is no such partition`);
  if (offset < start || offset > end) {
    return found('misfit', `${offset} is committed, but the log reaches from ${start} to ${end}: records are lost`);
  }
  if (metadata === '') return found('note', `${offset} of ${end}, without the time of the partition`);
  const version = offsetMetadataVersion(metadata);
  if (version === undefined)
    return found('misfit', `${offset} of ${end}, with metadata that is not that of Kafka Streams`);
  return found('fits', `${offset} of ${end}, ${metadataText(metadata, version)}`);
}

function metadataText(metadata: string, version: number): string {
  const { partitionTime, processorMetadata } = decodeOffsetMetadata(metadata);
  const time = partitionTime < 0 ? 'no partition time' : `partition time ${new Date(partitionTime).toISOString()}`;
  const values = [...processorMetadata].map(([name, value]) => `${name}=${value}`);
  return [`metadata version ${version}`, time, ...values].join(', ');
}

/** Partitions that would start where their source says, while others go on. */
function uncommitted(inputs: ReadonlySet<string>, { topics, committed }: ApplicationFacts): readonly Finding[] {
  if (committed.size === 0) return [];
  return [...inputs].flatMap((topic) => {
    const count = topics.get(topic)?.partitions ?? 0;
    const open = Array.from({ length: count }, (_, partition) => partitionKey({ topic, partition }));
    return open
      .filter((name) => !committed.has(name))
      .map((name): Finding => {
        const message = 'nothing is committed: it starts where its source says (offsetReset)';
        return { subject: 'offset', name, verdict: 'note', message };
      });
  });
}
