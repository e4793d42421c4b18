import { stateCatalogTopic } from '../topology/internal-topics.js';

/** How the names of topics end that Kafka Streams and Millrace make for an application. */
const INTERNAL = /-(changelog|repartition|ticks|subscription-(registration|response)(-\d+)?-topic)$/i;

/**
 * Topics whose names look like those of an application's internal topics, and which are none of `known`: an earlier build of
 * it may have left them. An application whose id begins with this one's has such names too.
 */
export function leftoverTopics(
  applicationId: string,
  existing: Iterable<string>,
  known: ReadonlySet<string>,
): readonly string[] {
  const catalog = stateCatalogTopic(applicationId); // of no topology
  const ours = (name: string): boolean =>
    name.startsWith(`${applicationId}-`) && INTERNAL.test(name) && !known.has(name) && name !== catalog;
  return [...existing].filter(ours).sort();
}
