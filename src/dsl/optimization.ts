import { TopologyError } from '../topology/topology-error.js';
import { mergeRepartitions } from './graph/merge-repartitions.js';
import { TableSourceNode } from './graph/nodes.js';
import { StreamJoinNode } from './graph/stream-join-node.js';
import type { Program } from './program.js';

/**
 * A rule that changes the topology, as Kafka Streams names it:
 *
 * - `reuse.ktable.source.topics`: the topic that a table is read from is also its changelog
 * - `merge.repartition.topics`: a stream whose key was changed goes through one repartition topic, not one per operator
 * - `single.store.self.join`: a stream that is joined with itself is kept once
 */
export type OptimizationRule = (typeof RULES)[number];

/** All rules, none, or those listed. */
export type Optimization = 'all' | 'none' | readonly OptimizationRule[];

const RULES = ['reuse.ktable.source.topics', 'merge.repartition.topics', 'single.store.self.join'] as const;

/**
 * The rules that are asked for.
 * @throws TopologyError `UNKNOWN_OPTIMIZATION`
 */
export function optimizationRules(optimization: Optimization): ReadonlySet<OptimizationRule> {
  if (optimization === 'none') return new Set();
  if (optimization === 'all') return new Set(RULES);
  const unknown = typeof optimization === 'string' ? optimization : optimization.find((rule) => !RULES.includes(rule));
  if (unknown === undefined) return new Set(optimization);
  throw new TopologyError('UNKNOWN_OPTIMIZATION', `"${unknown}" is not an optimization`, {
    hint: `There are: all, none, or a list of ${RULES.join(', ')}.`,
  });
}

/**
 * Applies the rules to a program.
 * @returns names of nodes that gave way → the one in their place
 */
export function optimize(program: Program, rules: ReadonlySet<OptimizationRule>): ReadonlyMap<string, string> {
  const { graph, names } = program;
  for (const node of graph.added) {
    if (node instanceof TableSourceNode) node.reusesTopic = rules.has('reuse.ktable.source.topics');
  }
  const merged = rules.has('merge.repartition.topics')
    ? mergeRepartitions(graph.added, names)
    : new Map<string, string>();
  if (rules.has('single.store.self.join')) {
    for (const node of graph.added) if (node instanceof StreamJoinNode) node.joinItself();
  }
  return merged;
}
