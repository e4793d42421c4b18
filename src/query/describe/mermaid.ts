import type { NodeDocument, SubTopologyDocument, TopologyDocument } from './topology-document.js';

/**
 * A Mermaid flowchart of a topology: topics outside, one box per sub-topology, stores beside the nodes that use them.
 * @see https://mermaid.js.org/syntax/flowchart.html
 */
export function toMermaid(document: TopologyDocument): string {
  const topics = [...new Set(document.subTopologies.flatMap(({ nodes }) => nodes.flatMap((node) => node.topics)))];
  return [
    'flowchart TD',
    ...topics.map((topic) => `  ${topicId(topic)}[/${quoted(topic)}/]`),
    ...document.subTopologies.flatMap(subgraph),
    ...document.subTopologies.flatMap(edges),
    '',
  ].join('\n');
}

function subgraph({ id, global, nodes, stores }: SubTopologyDocument): string[] {
  return [
    `  subgraph sub${id}[${quoted(global ? `Global store ${id}` : `Sub-topology ${id}`)}]`,
    ...nodes.map(({ name }) => `    ${nodeId(name)}[${quoted(name)}]`),
    ...stores.map(({ name }) => `    ${storeId(name)}[(${quoted(name)})]`),
    '  end',
  ];
}

function edges({ nodes }: SubTopologyDocument): string[] {
  return nodes.flatMap((node) => [
    ...node.topics.map((topic) => topicEdge(node, topic)),
    ...node.children.map((child) => `  ${nodeId(node.name)} --> ${nodeId(child)}`),
    ...node.stores.map((store) => `  ${nodeId(node.name)} <-.-> ${storeId(store)}`),
  ]);
}

function topicEdge({ kind, name }: NodeDocument, topic: string): string {
  return kind === 'source' ? `  ${topicId(topic)} --> ${nodeId(name)}` : `  ${nodeId(name)} --> ${topicId(topic)}`;
}

const topicId = (topic: string): string => `topic_${identifier(topic)}`;
const nodeId = (node: string): string => `node_${identifier(node)}`;
const storeId = (store: string): string => `store_${identifier(store)}`;

/** Letters, digits and `_` as they are; any other character as its code, so that different names stay different. */
function identifier(name: string): string {
  return name.replace(/[^A-Za-z0-9]/g, (character) => `_${character.charCodeAt(0).toString(16)}_`);
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '#quot;')}"`;
}
