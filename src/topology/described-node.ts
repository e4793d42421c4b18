import type { TopologyNode } from './node.js';
import { javaHashOrder } from './java-order.js';
import { JavaTreeSet } from './java-tree-set.js';

/**
 * A node as `describe()` sees it. Nodes stand by the size of what hangs below them (counted once per path), the largest
 * first, then by name. Kafka Streams sorts a node's neighbours while it still counts, so each is placed by the sizes known
 * at that moment; this class repeats that.
 */
export interface DescribedNode {
  readonly node: TopologyNode;
  predecessors(): string[];
  successors(): string[];
}

/** The nodes of a sub-topology in the order of the description. */
export function describedNodes(nodes: readonly TopologyNode[]): DescribedNode[] {
  // Twice through a hash set, as there: the group of names, then the map of nodes.
  const names = javaHashOrder(javaHashOrder(nodes.map((node) => node.name)));
  const byName = new Map(nodes.map((node) => [node.name, new SizedNode(node)]));
  const ordered = names.map((name) => byName.get(name)).filter((node) => node !== undefined);
  for (const sized of ordered) {
    for (const parent of sized.node.kind === 'source' ? [] : sized.node.parents) {
      const predecessor = byName.get(parent);
      if (predecessor !== undefined) sized.connectTo(predecessor);
    }
  }
  return ordered.sort(compare);
}

class SizedNode implements DescribedNode {
  size = 1;
  readonly #predecessors = new JavaTreeSet(compare);
  readonly #successors = new JavaTreeSet(compare);

  constructor(readonly node: TopologyNode) {}

  connectTo(predecessor: SizedNode): void {
    this.#predecessors.add(predecessor);
    predecessor.#successors.add(this);
    predecessor.#grow(this.size);
  }

  predecessors(): string[] {
    return [...this.#predecessors.values()].map(({ node }) => node.name);
  }

  successors(): string[] {
    return [...this.#successors.values()].map(({ node }) => node.name);
  }

  #grow(by: number): void {
    this.size += by;
    for (const predecessor of this.#predecessors.values()) predecessor.#grow(by);
  }
}

function compare(left: SizedNode, right: SizedNode): number {
  if (left.size !== right.size) return right.size - left.size;
  return left.node.name < right.node.name ? -1 : left.node.name > right.node.name ? 1 : 0;
}
