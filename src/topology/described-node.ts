import type { TopologyNode } from './node.js';
import { javaHashOrder } from './java-order.js';

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
  readonly #predecessors = new SortedTree();
  readonly #successors = new SortedTree();

  constructor(readonly node: TopologyNode) {}

  connectTo(predecessor: SizedNode): void {
    this.#predecessors.add(predecessor);
    predecessor.#successors.add(this);
    predecessor.#grow(this.size);
  }

  predecessors(): string[] {
    return this.#predecessors.names();
  }

  successors(): string[] {
    return this.#successors.names();
  }

  #grow(by: number): void {
    this.size += by;
    for (const predecessor of this.#predecessors.nodes()) predecessor.#grow(by);
  }
}

function compare(left: SizedNode, right: SizedNode): number {
  if (left.size !== right.size) return right.size - left.size;
  return left.node.name < right.node.name ? -1 : left.node.name > right.node.name ? 1 : 0;
}

interface Branch {
  readonly value: SizedNode;
  left: Branch | undefined;
  right: Branch | undefined;
}

/** A search tree that never moves what it holds, even when sizes change after an insertion. */
class SortedTree {
  #root: Branch | undefined;

  add(value: SizedNode): void {
    const leaf: Branch = { value, left: undefined, right: undefined };
    let at = this.#root;
    if (at === undefined) this.#root = leaf;
    while (at !== undefined) {
      const order = compare(value, at.value);
      if (order === 0) return;
      const side = order < 0 ? 'left' : 'right';
      const next: Branch | undefined = at[side];
      if (next === undefined) at[side] = leaf;
      at = next;
    }
  }

  *nodes(from = this.#root): Generator<SizedNode> {
    if (from === undefined) return;
    if (from.left !== undefined) yield* this.nodes(from.left);
    yield from.value;
    if (from.right !== undefined) yield* this.nodes(from.right);
  }

  names(): string[] {
    return [...this.nodes()].map(({ node }) => node.name);
  }
}
