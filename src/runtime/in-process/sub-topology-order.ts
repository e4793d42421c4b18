import type { TaskPlan } from '../assignment/task-plan.js';
import type { SubTopology } from '../../topology/node.js';

/** Sub-topologies, each behind those that write what it reads; one of a cycle comes first by its number. */
export function inOrderOfRecords(plan: TaskPlan): readonly SubTopology[] {
  const left = new Set(plan.topology.subTopologies);
  const ordered: SubTopology[] = [];
  while (left.size > 0) {
    const waiting = [...left];
    const next =
      waiting.find((sub) => !waiting.some((other) => other !== sub && writes(plan, other, sub))) ?? waiting[0];
    if (next === undefined) break;
    left.delete(next);
    ordered.push(next);
  }
  return ordered;
}

function writes(plan: TaskPlan, from: SubTopology, to: SubTopology): boolean {
  const written = from.nodes.flatMap((node) =>
    node.kind === 'sink' && typeof node.topic === 'string' ? [node.topic] : [],
  );
  const read = new Set(plan.sourceTopics(to, []));
  return written.some((topic) => read.has(plan.resolve(topic)));
}
