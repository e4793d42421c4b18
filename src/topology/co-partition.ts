import { UnionFind } from './node-groups.js';
import { TopologyError } from './topology-error.js';
import type { TopologyDraft } from './topology-draft.js';

/**
 * Topics that must have the same number of partitions, because an operator meets their keys in one task. Groups that
 * share a topic are one. Source patterns are not resolved here: their topics are known only at run time.
 */
export function copartitionGroups(draft: TopologyDraft): string[][] {
  const union = new UnionFind();
  const topics = new Set<string>();
  for (const sources of draft.copartitionedSources) {
    const group = sources.flatMap((name) => topicsOf(draft, name));
    for (const topic of group) {
      topics.add(topic);
      union.unite(group[0] ?? topic, topic);
    }
  }
  const groups = new Map<string, string[]>();
  for (const topic of topics) {
    const root = union.rootOf(topic);
    groups.set(root, [...(groups.get(root) ?? []), topic]);
  }
  return [...groups.values()];
}

/**
 * Checks what can be known before the topics are: repartition topics whose numbers the program fixes.
 * @throws TopologyError `COPARTITION_MISMATCH`
 */
export function checkFixedPartitions(draft: TopologyDraft): void {
  for (const sources of draft.copartitionedSources) {
    const group = sources.flatMap((name) => topicsOf(draft, name));
    const counts = group.map((topic) => draft.repartitionTopics.get(topic));
    if (counts.includes(undefined) || new Set(counts).size <= 1) continue;
    const list = group.map((topic, i) => `${topic}=${counts[i] ?? '?'}`).sort();
    throw new TopologyError(
      'COPARTITION_MISMATCH',
      `Following topics do not have the same number of partitions: [{${list.join(', ')}}]`,
      { hint: 'Give both sides of the join the same number of partitions.' },
    );
  }
}

function topicsOf(draft: TopologyDraft, source: string): readonly string[] {
  const node = draft.nodes.get(source);
  return node?.kind === 'source' ? node.topics : [];
}
