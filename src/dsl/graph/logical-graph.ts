import type { Topology } from '../../topology/topology.js';
import { TopologyError } from '../../topology/topology-error.js';
import type { GraphNode } from './graph-node.js';
import { type GraphWriting } from './graph-node.js';
import { RootNode, StreamSourceNode } from './nodes.js';

/**
 * The program as steps and what follows what. Written to a topology in the order in which the steps were taken, each
 * after its parents: names of nodes are given when a step is taken, numbers of sub-topologies follow the order of writing.
 */
export class LogicalGraph {
  readonly root: GraphNode = new RootNode();
  readonly #added = new Set<GraphNode>();
  readonly #mergedSources = new Map<string, string>();
  #nextPriority = 0;

  /** Every step in the order in which it was taken. */
  get added(): readonly GraphNode[] {
    return [...this.#added];
  }

  add(child: GraphNode, ...parents: readonly [GraphNode, ...GraphNode[]]): void {
    this.#added.add(child);
    for (const parent of parents) {
      parent.addChild(child);
      child.buildPriority = this.#nextPriority++;
    }
  }

  /**
   * Streams that were opened on the same topics share one source.
   * @returns names of sources that gave way → the one they became
   * @throws TopologyError `OVERLAPPING_SOURCES`, `OFFSET_RESET_CONFLICT`
   */
  mergeDuplicateSources(): ReadonlyMap<string, string> {
    const byTopic = new Map<string, StreamSourceNode>();
    for (const node of [...this.root.children]) {
      if (!(node instanceof StreamSourceNode)) continue;
      for (const topic of readsOf(node)) {
        const first: StreamSourceNode = byTopic.get(topic) ?? node;
        byTopic.set(topic, first);
        if (first === node || !this.root.children.has(node)) continue;
        mergeInto(first, node, topic);
        this.#mergedSources.set(node.name, first.name);
        this.root.removeChild(node);
      }
    }
    return this.#mergedSources;
  }

  writeTo(topology: Topology): void {
    const written = new Set<GraphNode>();
    const writing = new NullKeys(this.root);
    const queue: GraphNode[] = [this.root];
    for (let node = takeFirst(queue); node !== undefined; node = takeFirst(queue)) {
      if (!written.has(node) && [...node.parents].every((parent) => written.has(parent))) {
        node.writeTo(topology, writing);
        written.add(node);
      }
      queue.push(...node.children);
    }
  }
}

function takeFirst(queue: GraphNode[]): GraphNode | undefined {
  let first = 0;
  queue.forEach((node, i) => {
    if (node.buildPriority < (queue[first]?.buildPriority ?? 0)) first = i;
  });
  return queue.splice(first, 1)[0];
}

function readsOf(node: StreamSourceNode): readonly string[] {
  return node.pattern === undefined ? node.topics : [node.pattern.toString()];
}

function sameTopics(left: readonly string[], right: readonly string[]): boolean {
  return left.every((topic) => right.includes(topic)) && right.every((topic) => left.includes(topic));
}

function mergeInto(first: StreamSourceNode, second: StreamSourceNode, topic: string): void {
  if (!sameTopics(readsOf(first), readsOf(second))) {
    throw new TopologyError(
      'OVERLAPPING_SOURCES',
      `Two source nodes are subscribed to overlapping but not equal input topics: "${first.name}" and "${second.name}" share "${topic}"`,
      { hint: 'Read each topic in one stream, and merge the streams.' },
    );
  }
  if (first.reading.offsetReset !== second.reading.offsetReset) {
    throw new TopologyError(
      'OFFSET_RESET_CONFLICT',
      `Can't configure different offset reset policies on the same input topic(s): "${topic}"`,
      { hint: 'Give both streams the same offsetReset.' },
    );
  }
  for (const child of [...second.children]) {
    second.removeChild(child);
    first.addChild(child);
  }
}

/** Which repartitions lead to a left join, and so must let records without a key through. */
class NullKeys implements GraphWriting {
  readonly #above = new Map<GraphNode, boolean>();

  constructor(root: GraphNode) {
    this.#mark(root);
  }

  keepsNullKeys(node: GraphNode): boolean {
    return this.#above.get(node) === true;
  }

  #mark(node: GraphNode): boolean {
    const known = this.#above.get(node);
    if (known !== undefined) return known;
    let above = false;
    for (const child of node.children) above = this.#mark(child) || child.traits.takesNullKeys === true || above;
    this.#above.set(node, above);
    return above;
  }
}
