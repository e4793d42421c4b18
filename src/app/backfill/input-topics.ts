import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileSource } from '../../connect/files/file-source.js';
import type { BuiltTopology, SourceNode } from '../../topology/node.js';
import type { RecordSource } from '../../topology/record-source.js';
import { invalid } from '../../util/errors.js';
import type { TopologyDefinition } from '../define-topology.js';

/** A topic to be filled, by what, and the node that reads it. */
export interface InputTopic {
  readonly topic: string;
  readonly source: RecordSource;
  readonly node: SourceNode;
}

/**
 * The topics that a backfill fills, by name: those that the topology reads and neither makes nor writes itself, and those that
 * its `backfill` names.
 * @throws MillraceError `BACKFILL_TOPIC_NOT_READ`
 */
export function inputTopics(definition: TopologyDefinition, topology: BuiltTopology, from: string): InputTopic[] {
  const { backfill = {} } = definition;
  const nodes = sourceNodes(topology);
  const own = ownTopics(topology);
  const read = nodes.flatMap(({ topics }) => topics).filter((topic) => !own.has(topic));
  return [...new Set([...read, ...Object.keys(backfill)])].sort().map((topic) => {
    const node = nodes.find(({ topics, pattern }) => topics.includes(topic) || pattern?.test(topic));
    if (node === undefined) throw notRead(topic, definition.name, read);
    return { topic, node, source: backfill[topic]?.(from) ?? defaultSource(from, topic) };
  });
}

function sourceNodes({ subTopologies, globalStores }: BuiltTopology): SourceNode[] {
  const ofTasks = subTopologies.flatMap(({ nodes }) => nodes.filter((node) => node.kind === 'source'));
  return [...ofTasks, ...globalStores.map(({ source }) => source)];
}

/** Topics that the topology makes, or writes. */
function ownTopics({ subTopologies }: BuiltTopology): ReadonlySet<string> {
  const internal = subTopologies.flatMap(({ repartitionTopics }) => repartitionTopics.map(({ name }) => name));
  const sinks = subTopologies.flatMap(({ nodes }) => nodes.filter((node) => node.kind === 'sink'));
  return new Set([...internal, ...sinks.flatMap(({ topic }) => (typeof topic === 'string' ? [topic] : []))]);
}

function defaultSource(from: string, topic: string): RecordSource {
  const folder = join(from, topic);
  const isFolder = existsSync(folder) && statSync(folder).isDirectory();
  return fileSource({ from: isFolder ? folder : `${folder}.*` });
}

function notRead(topic: string, name: string, read: readonly string[]): Error {
  return invalid(
    'BACKFILL_TOPIC_NOT_READ',
    `topology "${name}" has a backfill source for "${topic}", and does not read it`,
    {
      hint: `It reads: ${read.join(', ') || 'nothing'}.`,
      context: { topic },
    },
  );
}
