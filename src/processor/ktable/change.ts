/** What flows between the nodes of tables: the new value of a key and, where somebody asked for it, the old one. */
export class Change<V> {
  constructor(
    /** Null: the key was deleted. */
    readonly newValue: V | null,
    /** Null: there was none, or nobody asked for it. */
    readonly oldValue: V | null,
  ) {}
}
