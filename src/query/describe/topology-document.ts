import type { BuiltTopology, GlobalStore, SubTopology, TopologyNode } from '../../topology/node.js';
import type { StoreDefinition } from '../../state/store.js';

/** A node of the graph as JSON. */
export interface NodeDocument {
  readonly name: string;
  readonly kind: TopologyNode['kind'];
  /** Sources: topics or a pattern; sinks: the topic, where it is fixed. */
  readonly topics: readonly string[];
  readonly stores: readonly string[];
  readonly children: readonly string[];
}

/** A store as JSON. */
export interface StoreDocument {
  readonly name: string;
  readonly kind: StoreDefinition['kind'];
  readonly keySerde: string;
  readonly valueSerde: string;
  readonly storage: StoreDefinition['storage'];
  readonly logged: boolean;
  readonly windowSizeMs?: number;
  readonly retentionMs?: number;
}

/** A sub-topology or a global store as JSON. */
export interface SubTopologyDocument {
  readonly id: number;
  readonly global: boolean;
  readonly nodes: readonly NodeDocument[];
  readonly stores: readonly StoreDocument[];
}

/** A topology as JSON: what `describe -o json`, DescribeTopology and the console show. */
export interface TopologyDocument {
  readonly application: string;
  readonly subTopologies: readonly SubTopologyDocument[];
}

/** The graph of an application as a plain document. */
export function describeTopology(application: string, topology: BuiltTopology): TopologyDocument {
  return {
    application,
    subTopologies: [...topology.subTopologies.map(ofSubTopology), ...topology.globalStores.map(ofGlobalStore)].sort(
      (a, b) => a.id - b.id,
    ),
  };
}

function ofSubTopology({ id, nodes, stores }: SubTopology): SubTopologyDocument {
  return { id, global: false, nodes: nodes.map((node) => ofNode(node, nodes)), stores: stores.map(ofStore) };
}

function ofGlobalStore({ id, source, processor, store }: GlobalStore): SubTopologyDocument {
  const nodes = [source, processor];
  return { id, global: true, nodes: nodes.map((node) => ofNode(node, nodes)), stores: [ofStore(store)] };
}

function ofNode(node: TopologyNode, siblings: readonly TopologyNode[]): NodeDocument {
  const { name, kind } = node;
  switch (node.kind) {
    case 'source':
      return { name, kind, topics: topicsOf(node.topics, node.pattern), stores: [], children: node.children };
    case 'sink':
      return { name, kind, topics: typeof node.topic === 'string' ? [node.topic] : [], stores: [], children: [] };
    case 'processor': {
      const children = node.children.filter((child) => siblings.some((sibling) => sibling.name === child));
      return { name, kind, topics: [], stores: node.stores, children };
    }
  }
}

function topicsOf(topics: readonly string[], pattern: RegExp | undefined): readonly string[] {
  return pattern ? [pattern.source] : topics;
}

function ofStore(definition: StoreDefinition): StoreDocument {
  const { name, kind, keySerde, valueSerde, storage, logging } = definition;
  return {
    name,
    kind,
    keySerde: keySerde.name,
    valueSerde: valueSerde.name,
    storage,
    logged: logging !== false,
    ...('windowSizeMs' in definition && { windowSizeMs: definition.windowSizeMs }),
    ...('retentionMs' in definition && { retentionMs: definition.retentionMs }),
    ...('historyRetentionMs' in definition && { retentionMs: definition.historyRetentionMs }),
  };
}
