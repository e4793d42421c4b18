import { ARRIVAL_REASONS } from './arrival-order.js';
import type { ProcessorNode, SubTopology } from './node.js';

/** An operator whose results depend on the order of arrival. */
export interface ArrivalDependency {
  readonly node: string;
  readonly reason: string;
}

/** The operators of a topology whose results depend on the order in which records arrive, by sub-topology. */
export function arrivalDependencies(subTopologies: readonly SubTopology[]): ArrivalDependency[] {
  return subTopologies.flatMap(ofSubTopology);
}

/** Order that was restored lasts as far as the task: a repartition topic mixes what several tasks write. */
function ofSubTopology({ nodes }: SubTopology): ArrivalDependency[] {
  const inOrder = new Set<string>();
  const found: ArrivalDependency[] = [];
  for (const node of nodes) {
    if (node.kind !== 'processor') continue;
    if (node.arrival === 'restores' || node.parents.every((parent) => inOrder.has(parent))) inOrder.add(node.name);
    else found.push(...dependency(node));
  }
  return found;
}

function dependency({ name, arrival }: ProcessorNode): ArrivalDependency[] {
  if (arrival === 'any' || arrival === 'restores') return [];
  return [{ node: name, reason: ARRIVAL_REASONS[arrival] }];
}
