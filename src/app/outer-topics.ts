import type { Admin, TopicDescription } from '../broker/client/client.js';
import type { Logger } from '../observability/log.js';
import { deadLetterTopics, type ErrorPolicies } from '../runtime/task/error-policy.js';
import type { BuiltTopology } from '../topology/node.js';
import { DEFAULT_PARTITIONS } from './topic-feeder.js';

/** Topics that a topology reads or writes and does not manage itself; dead-letter topics included, patterns and topics chosen per record left out. */
interface OuterTopics {
  readonly sources: readonly string[];
  readonly sinks: readonly string[];
}

/** Creates on the embedded log whatever a topology reads or writes and is not there yet. */
export async function createOuterTopics(topology: BuiltTopology, policies: ErrorPolicies, admin: Admin): Promise<void> {
  const { sources, sinks } = outerTopics(topology, policies);
  const present = await admin.describeTopics([...sources, ...sinks]);
  const missing = missingOf([...sources, ...sinks], present);
  if (missing.length > 0) await admin.createTopics(missing.map((name) => ({ name, partitions: DEFAULT_PARTITIONS })));
}

/**
 * Creates on Kafka what a topology writes and is not there yet, as a producer with automatic creation would: with as many
 * partitions as its largest input. What it reads has to be there: its partitions are for others to decide.
 */
export async function createSinkTopics(
  topology: BuiltTopology,
  policies: ErrorPolicies,
  admin: Admin,
  log: Logger,
): Promise<void> {
  const { sources, sinks } = outerTopics(topology, policies);
  const present = await admin.describeTopics([...sources, ...sinks]);
  const missing = missingOf(
    sinks.filter((name) => !sources.includes(name)),
    present,
  );
  if (missing.length === 0) return;
  const inputs = sources.map((name) => present.get(name)?.partitions ?? 0);
  const partitions = Math.max(1, ...inputs);
  log.info({ topics: missing, partitions }, 'creating output topics');
  await admin.createTopics(missing.map((name) => ({ name, partitions })));
}

function outerTopics({ subTopologies, globalStores }: BuiltTopology, policies: ErrorPolicies): OuterTopics {
  const internal = new Set(subTopologies.flatMap(({ repartitionTopics }) => repartitionTopics.map(({ name }) => name)));
  const nodes = [...subTopologies.flatMap((part) => part.nodes), ...globalStores.map(({ source }) => source)];
  const distinct = (topics: readonly string[]): string[] =>
    [...new Set(topics)].filter((topic) => !internal.has(topic));
  return {
    sources: distinct(nodes.flatMap((node) => (node.kind === 'source' ? node.topics : []))),
    sinks: distinct([
      ...nodes.flatMap((node) => (node.kind === 'sink' && typeof node.topic === 'string' ? [node.topic] : [])),
      ...deadLetterTopics(policies),
    ]),
  };
}

function missingOf(names: readonly string[], present: ReadonlyMap<string, TopicDescription>): string[] {
  return [...new Set(names)].filter((name) => !present.has(name));
}
