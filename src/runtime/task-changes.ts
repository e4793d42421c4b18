/** Tells listeners that tasks have come or gone here, or that the group has another assignment. */
export class TaskChanges {
  readonly #listeners = new Set<() => void>();

  /** The returned function removes the listener. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  readonly tell = (): void => {
    for (const listener of [...this.#listeners]) listener();
  };
}
