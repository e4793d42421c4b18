import type { StoreDefinition } from '../state/store.js';
import type { BuiltTopology, GlobalStore, ProcessorNode, SourceNode, SubTopology, TopologyNode } from './node.js';
import type { NodeDraft, TopologyDraft } from './topology-draft.js';
import { checkFixedPartitions, copartitionGroups } from './co-partition.js';
import { describeTopology } from './describe.js';
import { internalTopics } from './internal-topics.js';
import { javaHashOrder } from './java-order.js';
import { nodeGroups } from './node-groups.js';
import { parentsOf } from './topology-draft.js';

/**
 * Cuts a draft into numbered sub-topologies and freezes it.
 * @throws TopologyError `COPARTITION_MISMATCH`
 */
export function buildTopology(draft: TopologyDraft): BuiltTopology {
  checkFixedPartitions(draft);
  const subTopologies: SubTopology[] = [];
  const globalStores: GlobalStore[] = [];
  const copartitioned = copartitionGroups(draft);
  nodeGroups(draft).forEach((names, id) => {
    const nodes = frozenNodes(draft, names);
    const global = globalStore(draft, id, nodes);
    if (global === undefined) subTopologies.push(subTopology(draft, id, nodes, copartitioned));
    else globalStores.push(global);
  });
  Object.freeze(subTopologies);
  Object.freeze(globalStores);
  return Object.freeze({
    subTopologies,
    globalStores,
    nodeOrder: Object.freeze([...draft.nodes.keys()]),
    describe: () => describeTopology(subTopologies, globalStores),
    internalTopics: (applicationId: string) => internalTopics(applicationId, subTopologies),
  });
}

function frozenNodes(draft: TopologyDraft, names: readonly string[]): readonly TopologyNode[] {
  const drafts = names.map((name) => draft.nodes.get(name)).filter((node) => node !== undefined);
  const children = new Map<string, string[]>(names.map((name) => [name, []]));
  for (const node of drafts) {
    for (const parent of parentsOf(node)) children.get(parent)?.push(node.name);
  }
  return Object.freeze(drafts.map((node) => frozenNode(node, children.get(node.name) ?? [])));
}

function frozenNode(node: NodeDraft, children: readonly string[]): TopologyNode {
  switch (node.kind) {
    case 'source':
      return Object.freeze({ ...node, children: Object.freeze(children) });
    case 'processor':
      return Object.freeze({
        ...node,
        stores: Object.freeze(javaHashOrder(node.stores)),
        children: Object.freeze(children),
      });
    case 'sink':
    case 'connector':
      return Object.freeze(node);
  }
}

function subTopology(
  draft: TopologyDraft,
  id: number,
  nodes: readonly TopologyNode[],
  copartitioned: readonly (readonly string[])[],
): SubTopology {
  const topics = new Set(nodes.flatMap((node) => (node.kind === 'source' ? node.topics : [])));
  const stores = storesOf(draft, nodes);
  return Object.freeze({
    id,
    nodes,
    stores,
    repartitionTopics: Object.freeze(
      [...topics]
        .filter((topic) => draft.repartitionTopics.has(topic))
        .map((name) =>
          Object.freeze({
            name,
            partitions: draft.repartitionTopics.get(name),
            ...(draft.tickTopics.has(name) ? { ticks: true as const } : {}),
          }),
        ),
    ),
    sourceChangelogs: new Map([...draft.sourceChangelogs].filter(([name]) => stores.some((s) => s.name === name))),
    copartitionGroups: Object.freeze(copartitioned.filter((group) => group.some((topic) => topics.has(topic)))),
    ...connectorOf(nodes),
  });
}

function connectorOf(nodes: readonly TopologyNode[]): Pick<SubTopology, 'connector'> {
  const connector = nodes.find((node) => node.kind === 'connector');
  return connector === undefined ? {} : { connector };
}

/** Stores in the order in which Kafka Streams registers, and so flushes, them: node by node. */
function storesOf(draft: TopologyDraft, nodes: readonly TopologyNode[]): readonly StoreDefinition[] {
  const names = new Set(nodes.flatMap((node) => (node.kind === 'processor' ? node.stores : [])));
  return Object.freeze(
    [...names].map((name) => draft.stores.get(name)?.definition).filter((store) => store !== undefined),
  );
}

function globalStore(draft: TopologyDraft, id: number, nodes: readonly TopologyNode[]): GlobalStore | undefined {
  const source = nodes.find((node): node is SourceNode => node.kind === 'source' && draft.globalStores.has(node.name));
  const store = source && draft.globalStores.get(source.name);
  const processor = nodes.find((node): node is ProcessorNode => node.kind === 'processor');
  return source && store && processor && Object.freeze({ id, source, processor, store });
}
