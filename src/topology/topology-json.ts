import type { StoreDefinition } from '../state/store.js';
import type { ArrivalOrder } from './arrival-order.js';
import type { BuiltTopology, ProcessorNode, SinkNode, SourceNode, TopologyNode } from './node.js';
import type { Sink } from './sink.js';

/** A program as plain JSON, for the command line, gRPC, the console and the dashboards. */
export interface TopologyJson {
  readonly subTopologies: readonly SubTopologyJson[];
}

export interface SubTopologyJson {
  readonly id: number;
  /** A global store: filled on every instance, without tasks. */
  readonly global: boolean;
  readonly nodes: readonly NodeJson[];
  readonly edges: readonly EdgeJson[];
  readonly stores: readonly StoreJson[];
  /** Repartition topics it reads, without the application id. */
  readonly repartitionTopics: readonly string[];
  readonly copartitionGroups: readonly (readonly string[])[];
}

export interface NodeJson {
  readonly name: string;
  readonly kind: TopologyNode['kind'];
  /** Topics read or written; absent for processors, patterns and topics chosen per record. */
  readonly topics?: readonly string[];
  readonly pattern?: string;
  readonly dynamicTopic?: true;
  readonly stores?: readonly string[];
  /** Why its results depend on the order in which records arrive; absent if they do not. */
  readonly arrival?: ArrivalOrder;
  readonly keySerde?: string;
  readonly valueSerde?: string;
  /** What a connector writes to, and what it promises. */
  readonly sink?: Pick<Sink, 'kind' | 'guarantee'>;
}

export interface EdgeJson {
  readonly from: string;
  readonly to: string;
}

export interface StoreJson {
  readonly name: string;
  readonly kind: StoreDefinition['kind'];
  readonly keySerde: string;
  readonly valueSerde: string;
  readonly storage: StoreDefinition['storage'];
  readonly caching: boolean;
  readonly logging: boolean;
  readonly retentionMs?: number;
  readonly windowSizeMs?: number;
  readonly ttlMs?: number;
  /** Whether standby tasks keep a copy, where the application has any. */
  readonly standby: boolean;
}

/** The program as JSON: sub-topologies by id, nodes in the order they were added. */
export function topologyToJson(topology: BuiltTopology): TopologyJson {
  const subTopologies = [
    ...topology.subTopologies.map((part) => ({
      id: part.id,
      global: false,
      ...graphJson(part.nodes),
      stores: part.stores.map(storeJson),
      repartitionTopics: part.repartitionTopics.map(({ name }) => name),
      copartitionGroups: part.copartitionGroups,
    })),
    ...topology.globalStores.map((part) => ({
      id: part.id,
      global: true,
      ...graphJson([part.source, part.processor]),
      stores: [storeJson(part.store)],
      repartitionTopics: [],
      copartitionGroups: [],
    })),
  ];
  return { subTopologies: subTopologies.sort((left, right) => left.id - right.id) };
}

function graphJson(nodes: readonly TopologyNode[]): { nodes: NodeJson[]; edges: EdgeJson[] } {
  return {
    nodes: nodes.map(nodeJson),
    edges: nodes.flatMap((node) => ('children' in node ? node.children.map((to) => ({ from: node.name, to })) : [])),
  };
}

function nodeJson(node: TopologyNode): NodeJson {
  switch (node.kind) {
    case 'source':
      return { ...identity(node), ...sourceTopics(node), ...serdes(node) };
    case 'processor':
      return { ...identity(node), stores: node.stores, ...arrivalOf(node) };
    case 'sink':
      return { ...identity(node), ...sinkTopic(node), ...serdes(node) };
    case 'connector':
      return { ...identity(node), sink: { kind: node.sink.kind, guarantee: node.sink.guarantee } };
  }
}

function arrivalOf({ arrival }: ProcessorNode): Pick<NodeJson, 'arrival'> {
  return arrival === 'any' ? {} : { arrival };
}

function identity({ name, kind }: TopologyNode): Pick<NodeJson, 'name' | 'kind'> {
  return { name, kind };
}

function sourceTopics({ topics, patternText }: SourceNode): Pick<NodeJson, 'topics' | 'pattern'> {
  return patternText === undefined ? { topics } : { pattern: patternText };
}

function sinkTopic({ topic }: SinkNode): Pick<NodeJson, 'topics' | 'dynamicTopic'> {
  return typeof topic === 'string' ? { topics: [topic] } : { dynamicTopic: true };
}

function serdes(node: SourceNode | SinkNode): Pick<NodeJson, 'keySerde' | 'valueSerde'> {
  return { keySerde: nameOf(node.keySerde), valueSerde: nameOf(node.valueSerde) };
}

function nameOf(serde: { readonly name: string }): string {
  return serde.name;
}

function storeJson(store: StoreDefinition): StoreJson {
  return {
    name: store.name,
    kind: store.kind,
    keySerde: nameOf(store.keySerde),
    valueSerde: nameOf(store.valueSerde),
    storage: store.storage,
    caching: store.caching,
    logging: store.logging !== false,
    ...('retentionMs' in store ? { retentionMs: store.retentionMs } : {}),
    ...('windowSizeMs' in store ? { windowSizeMs: store.windowSizeMs } : {}),
    ...('ttlMs' in store ? { ttlMs: store.ttlMs } : {}),
    standby: store.standby ?? true,
  };
}
