/** What flows between the nodes of tables: the new value of a key and, where somebody asked for it, the old one. */
export class Change<V> {
  constructor(
    /** Null: the key was deleted. */
    readonly newValue: V | null,
    /** Null: there was none, or nobody asked for it. */
    readonly oldValue: V | null,
    /** False where a versioned table has a later value already (KIP-914): the change is to its history alone. */
    readonly isLatest = true,
  ) {}
}
