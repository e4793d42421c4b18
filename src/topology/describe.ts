import type { GlobalStore, SubTopology, TopicNameExtractor, TopologyNode } from './node.js';
import { describedNodes } from './described-node.js';
import { javaHashOrder } from './java-order.js';

/** Kafka Streams' `Topology.describe()` text, to the byte. */
export function describeTopology(subTopologies: readonly SubTopology[], globalStores: readonly GlobalStore[]): string {
  const parts = [
    ...subTopologies.map((part) => ({ id: part.id, text: describeSubTopology(part) })),
    ...globalStores.map((part) => ({ id: part.id, text: describeGlobalStore(part) })),
  ].sort((left, right) => left.id - right.id);
  return `Topologies:\n ${parts.map(({ text }) => `  ${text}`).join('')}`;
}

function describeSubTopology(subTopology: SubTopology): string {
  const nodes = describedNodes(subTopology.nodes);
  const lines = nodes.map((node) => `    ${nodeText(node.node, node.successors(), node.predecessors())}\n`);
  const purpose = subTopology.connector === undefined ? '' : ` for sink ${subTopology.connector.name}`;
  return `Sub-topology: ${subTopology.id}${purpose}\n${lines.join('')}\n`;
}

function describeGlobalStore({ id, source, processor }: GlobalStore): string {
  return (
    `Sub-topology: ${id} for global store (will not generate tasks)\n` +
    `    ${nodeText(source, [processor.name], [])}\n` +
    `    ${nodeText(processor, [], [source.name])}\n`
  );
}

function nodeText(node: TopologyNode, successors: readonly string[], predecessors: readonly string[]): string {
  const to = `\n      --> ${names(successors)}`;
  const from = `\n      <-- ${names(predecessors)}`;
  switch (node.kind) {
    case 'source': {
      const topics = node.patternText ?? `[${javaHashOrder(node.topics, true).join(', ')}]`;
      return `Source: ${node.name} (topics: ${topics})${to}`;
    }
    case 'processor':
      return `Processor: ${node.name} (stores: [${javaHashOrder(node.stores, true).join(', ')}])${to}${from}`;
    case 'sink':
      return typeof node.topic === 'string'
        ? `Sink: ${node.name} (topic: ${node.topic})${from}`
        : `Sink: ${node.name} (extractor class: ${extractorName(node.topic)})${from}`;
    case 'connector':
      return `Connector: ${node.name} (${node.sink.kind}, ${node.sink.guarantee})${from}`;
  }
}

function names(list: readonly string[]): string {
  return list.length === 0 ? 'none' : list.join(', ');
}

/** As Java shows an object: by its own `toString`, if it has one. */
function extractorName(extractor: TopicNameExtractor): string {
  if (Object.hasOwn(extractor, 'toString')) return String(extractor);
  return extractor.name === '' ? 'TopicNameExtractor' : extractor.name;
}
