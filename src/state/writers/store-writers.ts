/** What is known of the schemas that wrote the changelog of a store. Fingerprints are hex. */
export interface StoreWriters {
  /** The writer of records that do not tell theirs: the first there was; undefined: the present one. */
  readonly first: string | undefined;
  /** The text of a schema; undefined: nobody knows it. */
  find(fingerprint: string): string | undefined;
}

/** What an application knows of the schemas that wrote its changelogs. */
export interface KnownWriters {
  /** Undefined: records of the store's changelog do not tell their writer; they are read as the present schema's. */
  of(store: string): StoreWriters | undefined;
}
