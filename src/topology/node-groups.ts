import { parentsOf, type TopologyDraft } from './topology-draft.js';

/**
 * Cuts a program into the groups that become its sub-topologies: nodes belong together when one feeds the other or both
 * use one store. Groups are numbered in the order of their first nodes, so an upstream group comes before what it feeds.
 * Those of connectors come after all others: the numbers of a program are the same with and without them.
 */
export function nodeGroups(draft: TopologyDraft): string[][] {
  const union = new UnionFind();
  for (const node of draft.nodes.values()) {
    for (const parent of parentsOf(node)) union.unite(node.name, parent);
  }
  for (const { users } of draft.stores.values()) {
    for (const user of users) union.unite(users[0] ?? user, user);
  }
  const groups = new Map<string, string[]>();
  for (const name of draft.nodes.keys()) {
    const root = union.rootOf(name);
    const group = groups.get(root);
    if (group === undefined) groups.set(root, [name]);
    else group.push(name);
  }
  const connects = (names: readonly string[]): boolean =>
    names.some((name) => draft.nodes.get(name)?.kind === 'connector');
  const ordered = [...groups.values()];
  return [...ordered.filter((names) => !connects(names)), ...ordered.filter(connects)];
}

/** Sets that are merged step by step; each is known by one of its members. */
export class UnionFind {
  readonly #parents = new Map<string, string>();

  rootOf(name: string): string {
    let root = name;
    for (let up = this.#parents.get(root); up !== undefined; up = this.#parents.get(root)) root = up;
    return root;
  }

  unite(left: string, right: string): void {
    const leftRoot = this.rootOf(left);
    const rightRoot = this.rootOf(right);
    if (leftRoot !== rightRoot) this.#parents.set(leftRoot, rightRoot);
  }
}
