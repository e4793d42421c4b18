import type { StoreDefinition } from '../state/store.js';
import type { ConnectorNode, ProcessorNode, SinkNode, SourceNode } from './node.js';

/* What a program has declared so far, before it is cut into sub-topologies. */

export type SourceDraft = Omit<SourceNode, 'children'>;
export type ProcessorDraft = Omit<ProcessorNode, 'children' | 'stores'> & { readonly stores: Set<string> };
export type SinkDraft = SinkNode;
export type ConnectorDraft = ConnectorNode;
export type NodeDraft = SourceDraft | ProcessorDraft | SinkDraft | ConnectorDraft;

export interface StoreDraft {
  readonly definition: StoreDefinition;
  /** Nodes that use it, in the order they were connected. */
  readonly users: string[];
}

export interface TopologyDraft {
  /** In the order they were added: a node comes after its parents. */
  readonly nodes: ReadonlyMap<string, NodeDraft>;
  readonly stores: ReadonlyMap<string, StoreDraft>;
  /** Source node of a global store → the store. */
  readonly globalStores: ReadonlyMap<string, StoreDefinition>;
  /** Repartition topic → number of partitions, if the program fixes it. */
  readonly repartitionTopics: ReadonlyMap<string, number | undefined>;
  /** Those of them that are topics of ticks. */
  readonly tickTopics: ReadonlySet<string>;
  /** Source nodes whose topics must have the same number of partitions. */
  readonly copartitionedSources: readonly (readonly string[])[];
  /** Store → the source topic that is its changelog. */
  readonly sourceChangelogs: ReadonlyMap<string, string>;
}

/** The parents of a node; a source has none. */
export function parentsOf(node: NodeDraft): readonly string[] {
  return node.kind === 'source' ? [] : node.parents;
}
