interface Branch<T> {
  readonly value: T;
  parent: Branch<T> | undefined;
  left: Branch<T> | undefined;
  right: Branch<T> | undefined;
  red: boolean;
}

/**
 * A sorted set that balances as `java.util.TreeSet` does (a red-black tree). Where the order of what it holds changes after
 * an insertion, as it does while Kafka Streams describes a topology, the shape of the tree decides where the next value
 * goes.
 */
export class JavaTreeSet<T> {
  #root: Branch<T> | undefined;
  readonly #compare: (left: T, right: T) => number;

  constructor(compare: (left: T, right: T) => number) {
    this.#compare = compare;
  }

  add(value: T): void {
    let parent: Branch<T> | undefined;
    let order = 0;
    for (let at = this.#root; at !== undefined; at = order < 0 ? at.left : at.right) {
      order = this.#compare(value, at.value);
      if (order === 0) return;
      parent = at;
    }
    const leaf: Branch<T> = { value, parent, left: undefined, right: undefined, red: true };
    if (parent === undefined) this.#root = leaf;
    else parent[order < 0 ? 'left' : 'right'] = leaf;
    this.#balance(leaf);
  }

  *values(from = this.#root): Generator<T> {
    if (from === undefined) return;
    if (from.left !== undefined) yield* this.values(from.left);
    yield from.value;
    if (from.right !== undefined) yield* this.values(from.right);
  }

  /** Repairs two red branches in a row, from a new leaf upwards. */
  #balance(leaf: Branch<T>): void {
    let at = leaf;
    for (let parent = at.parent; parent?.red; parent = at.parent) {
      const above = parent.parent;
      if (above === undefined) break;
      const side = parent === above.left ? 'left' : 'right';
      const other = side === 'left' ? 'right' : 'left';
      const uncle = above[other];
      above.red = true;
      if (uncle?.red) {
        parent.red = false;
        uncle.red = false;
        at = above;
        continue;
      }
      if (at === parent[other]) {
        at = parent;
        this.#rotate(at, side);
      }
      if (at.parent !== undefined) at.parent.red = false;
      this.#rotate(above, other);
    }
    if (this.#root !== undefined) this.#root.red = false;
  }

  /** Moves a branch down to `side`, and its child of the other side up into its place. */
  #rotate(branch: Branch<T>, side: 'left' | 'right'): void {
    const other = side === 'left' ? 'right' : 'left';
    const child = branch[other];
    if (child === undefined) return;
    const { parent } = branch;
    branch[other] = child[side];
    if (child[side] !== undefined) child[side].parent = branch;
    child.parent = parent;
    if (parent === undefined) this.#root = child;
    else parent[parent.left === branch ? 'left' : 'right'] = child;
    child[side] = branch;
    branch.parent = child;
  }
}
