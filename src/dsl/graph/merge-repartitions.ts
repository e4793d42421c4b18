import { repartitionNames, type NameGenerator } from '../../topology/naming.js';
import type { GraphNode } from './graph-node.js';
import { RepartitionNode } from './nodes.js';

/**
 * Sends a stream whose key was changed through one repartition topic, in place of one for each operator that follows: Kafka
 * Streams' rule `merge.repartition.topics`. The topic has the name of the first; explicit repartitions stay as they are.
 * @param nodes in the order in which they were added
 * @returns names of nodes that gave way → the one in their place
 */
export function mergeRepartitions(nodes: readonly GraphNode[], names: NameGenerator): ReadonlyMap<string, string> {
  const replaced = new Map<string, string>();
  for (const [keyChanger, repartitions] of repartitionsByKeyChanger(nodes)) {
    const [first] = repartitions;
    if (first === undefined) continue;
    const merged = new RepartitionNode(
      repartitionNames(names, first.names.topic),
      first.keySerde,
      first.valueSerde,
      undefined,
    );
    // What follows the repartition is written after it, and so after the node that changes the key.
    merged.buildPriority = keyChanger.buildPriority;
    for (const repartition of repartitions) {
      moveBelow(merged, keyChanger, repartition);
      replaced.set(repartition.name, merged.name);
    }
    keyChanger.addChild(merged);
  }
  return replaced;
}

/** Puts the path from the key-changing node to the repartition below the merged one, and takes the repartition out of it. */
function moveBelow(merged: RepartitionNode, keyChanger: GraphNode, repartition: RepartitionNode): void {
  const pathStart = findUpwards(repartition, (node) => node.parents.has(keyChanger));
  if (pathStart !== undefined) {
    merged.addChild(pathStart);
    keyChanger.removeChild(pathStart);
  }
  for (const child of [...repartition.children]) {
    for (const parent of repartition.parents) parent.addChild(child);
    repartition.removeChild(child);
  }
  for (const parent of [...repartition.parents]) parent.removeChild(repartition);
}

function repartitionsByKeyChanger(nodes: readonly GraphNode[]): Map<GraphNode, Set<RepartitionNode>> {
  const found = new Map<GraphNode, Set<RepartitionNode>>();
  for (const node of nodes) {
    if (node.traits.changes === 'key') found.set(node, new Set());
    else if (node instanceof RepartitionNode && node.explicit === undefined && node.parents.size > 0) {
      const changer = keyChangerAbove(node);
      if (changer !== undefined) found.get(changer)?.add(node);
    }
  }
  return acrossMerges(nodes, found);
}

/** The node that changed the key, unless the value was changed after it: its serde would not be the repartition's. */
function keyChangerAbove(node: GraphNode): GraphNode | undefined {
  const changer = findUpwards(node, ({ traits }) => traits.changes !== undefined);
  const keyChanger = findUpwards(node, ({ traits }) => traits.changes === 'key');
  return changer === keyChanger ? keyChanger : undefined;
}

/** Streams that were merged are repartitioned behind the merge, whichever of them changed the key. */
function acrossMerges(
  nodes: readonly GraphNode[],
  byChanger: Map<GraphNode, Set<RepartitionNode>>,
): Map<GraphNode, Set<RepartitionNode>> {
  const gone = new Set<GraphNode>();
  const behind = new Map<GraphNode, Set<RepartitionNode>>();
  for (const merge of nodes.filter(({ traits }) => traits.merges === true)) {
    const repartitions = new Set<RepartitionNode>();
    for (const [changer, below] of byChanger) {
      if (![...below].every((node) => findUpwards(node, ({ parents }) => parents.has(merge)) !== undefined)) continue;
      if (findUpwards(merge, ({ parents }) => parents.has(changer)) === undefined) continue;
      for (const repartition of below) repartitions.add(repartition);
      gone.add(changer);
    }
    behind.set(merge, repartitions);
  }
  for (const [merge, repartitions] of behind) byChanger.set(merge, repartitions);
  for (const changer of gone) byChanger.delete(changer);
  return byChanger;
}

/** The node itself or the first above it for which `holds`; of several parents the last one's path counts, as in Java. */
function findUpwards(from: GraphNode, holds: (node: GraphNode) => boolean): GraphNode | undefined {
  if (holds(from)) return from;
  let found: GraphNode | undefined;
  for (const parent of from.parents) {
    if (holds(parent)) return parent;
    found = findUpwards(parent, holds);
  }
  return found;
}
