import type { NodeJson, StoreJson, SubTopologyJson, TopologyJson } from '../api/topology-json.js';

/** What a shape of the drawing stands for. */
export type ShapeKind = 'topic' | 'source' | 'processor' | 'store' | 'sink' | 'connector';

export interface GraphShape {
  /** Unique in the drawing: kind of name, and name. */
  readonly id: string;
  readonly kind: ShapeKind;
  /** As the graph has it, and metrics and traces name it. */
  readonly name: string;
  /** Undefined: a topic, which stands between sub-topologies. */
  readonly subTopology: number | undefined;
  readonly node?: NodeJson;
  readonly store?: StoreJson;
  /** A repartition topic, whose name on the broker begins with the application's id. */
  readonly internal?: boolean;
}

export interface GraphEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** `state`: a processor uses a store; nothing flows. */
  readonly kind: 'flow' | 'state';
  /** The shape that counts what passes here, and nothing else; undefined: several edges end there, and their sum is counted. */
  readonly countedAt?: string;
}

export interface GraphGroup {
  readonly id: number;
  readonly title: string;
}

/** A topology as it is drawn: topics and stores are shapes of their own. */
export interface GraphModel {
  readonly groups: readonly GraphGroup[];
  readonly shapes: readonly GraphShape[];
  readonly edges: readonly GraphEdge[];
}

export const shapeIds = {
  node: (name: string): string => `node ${name}`,
  store: (name: string): string => `store ${name}`,
  topic: (name: string): string => `topic ${name}`,
};

/** Turns a program into what is drawn of it. */
export function graphModel({ subTopologies }: TopologyJson): GraphModel {
  const internal = new Set(subTopologies.flatMap(({ repartitionTopics }) => repartitionTopics));
  const inside = subTopologies.flatMap(shapesOf);
  const topics = new Map<string, GraphShape>();
  const edges: GraphEdge[] = [];
  const stores = new Set(inside.filter(({ kind }) => kind === 'store').map(({ id }) => id));
  for (const part of subTopologies) {
    for (const { from, to } of part.edges) edges.push(edge(shapeIds.node(from), shapeIds.node(to), 'flow'));
    for (const node of part.nodes) {
      for (const topic of topicsOf(node)) {
        const id = shapeIds.topic(topic);
        topics.set(id, { id, kind: 'topic', name: topic, subTopology: undefined, internal: internal.has(topic) });
        const [from, to] = node.kind === 'source' ? [id, shapeIds.node(node.name)] : [shapeIds.node(node.name), id];
        edges.push(edge(from, to, 'flow'));
      }
      for (const store of (node.stores ?? []).map(shapeIds.store)) {
        if (stores.has(store)) edges.push(edge(shapeIds.node(node.name), store, 'state'));
      }
    }
  }
  return {
    groups: subTopologies.map(groupOf),
    shapes: [...topics.values(), ...inside],
    edges: edges.map(counted(edges)),
  };
}

/** Nodes count what reaches them; what a sink writes to a topic is counted at the sink. */
function counted(edges: readonly GraphEdge[]): (edge: GraphEdge) => GraphEdge {
  const flows = edges.filter(({ kind }) => kind === 'flow');
  const into = countBy(flows.map(({ to }) => to));
  const outOf = countBy(flows.map(({ from }) => from));
  return (edge) => {
    if (edge.kind === 'state') return edge;
    if (edge.to.startsWith('topic ')) return outOf.get(edge.from) === 1 ? { ...edge, countedAt: edge.from } : edge;
    return into.get(edge.to) === 1 ? { ...edge, countedAt: edge.to } : edge;
  };
}

function countBy(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** The topics that a node reads or writes, as the drawing names them. */
export function topicsOf({ name, topics, pattern, dynamicTopic }: NodeJson): readonly string[] {
  if (pattern !== undefined) return [`/${pattern}/`];
  return dynamicTopic ? [`chosen per record by ${name}`] : (topics ?? []);
}

function groupOf({ id, global }: SubTopologyJson): GraphGroup {
  return { id, title: global ? `Global store ${id}` : `Sub-topology ${id}` };
}

function shapesOf({ id: subTopology, nodes, stores }: SubTopologyJson): GraphShape[] {
  return [
    ...nodes.map((node) => ({ id: shapeIds.node(node.name), kind: node.kind, name: node.name, subTopology, node })),
    ...stores.map((store) => ({
      id: shapeIds.store(store.name),
      kind: 'store' as const,
      name: store.name,
      subTopology,
      store,
    })),
  ];
}

function edge(from: string, to: string, kind: GraphEdge['kind']): GraphEdge {
  return { id: `${from} -> ${to}`, from, to, kind };
}
