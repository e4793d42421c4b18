import type { Topology } from '../../topology/topology.js';

/** What the rules that place and merge repartition topics must know of an operator. */
export interface NodeTraits {
  readonly changes?: 'key' | 'value';
  /** Two streams become one here. */
  readonly merges?: boolean;
  /** A left join, which takes records without a key: repartitions above it keep them. */
  readonly takesNullKeys?: boolean;
  /** An aggregation over windows: how long after its end a window is closed. */
  readonly windowGraceMs?: number;
}

/**
 * A step of the program as it was written. One step may become several nodes of the topology (a repartition is a filter, a
 * sink and a source), or none; that is decided when the whole program is known.
 */
export abstract class GraphNode {
  readonly children = new Set<GraphNode>();
  readonly parents = new Set<GraphNode>();
  /** Steps are written in this order, as far as their parents allow. */
  buildPriority = 0;

  constructor(
    /** The node of the topology that children take their records from. */
    readonly name: string,
    readonly traits: NodeTraits = {},
  ) {}

  abstract writeTo(topology: Topology, writing: GraphWriting): void;

  addChild(child: GraphNode): void {
    this.children.add(child);
    child.parents.add(this);
  }

  removeChild(child: GraphNode): void {
    this.children.delete(child);
    child.parents.delete(this);
  }

  protected parentNames(): string[] {
    return [...this.parents].map((parent) => parent.name);
  }
}

/** What a node may ask about the program it is written with. */
export interface GraphWriting {
  /** Whether records without a key must pass this repartition, for a left join below it. */
  keepsNullKeys(node: GraphNode): boolean;
}
