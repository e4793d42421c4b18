import type { Admin } from '../broker/client/client.js';
import type { BuiltTopology } from '../topology/node.js';
import { DEFAULT_PARTITIONS } from './topic-feeder.js';

/**
 * Creates what a topology reads and writes and the embedded log does not have yet. On Kafka topics belong to whoever runs
 * it, and a missing one is an error.
 */
export async function createTopicsOf(topology: BuiltTopology, admin: Admin): Promise<void> {
  const names = externalTopics(topology);
  const present = await admin.describeTopics(names);
  const missing = names.filter((name) => !present.has(name));
  if (missing.length === 0) return;
  await admin.createTopics(missing.map((name) => ({ name, partitions: DEFAULT_PARTITIONS })));
}

/** Topics that a topology reads or writes and does not manage itself; patterns and topics chosen per record left out. */
export function externalTopics({ subTopologies, globalStores }: BuiltTopology): string[] {
  const internal = new Set(subTopologies.flatMap(({ repartitionTopics }) => repartitionTopics.map(({ name }) => name)));
  const nodes = [...subTopologies.flatMap((part) => part.nodes), ...globalStores.map(({ source }) => source)];
  const topics = nodes.flatMap((node) => {
    if (node.kind === 'source') return node.topics;
    return node.kind === 'sink' && typeof node.topic === 'string' ? [node.topic] : [];
  });
  return [...new Set(topics)].filter((topic) => !internal.has(topic));
}
