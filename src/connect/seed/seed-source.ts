/** A row that a store is to begin with. */
export interface SeedRow {
  /** As the store's serde takes it, or as JSON shows it (integers of 64 bits as text, bytes in base64). */
  readonly key: unknown;
  /** As the key; null deletes. */
  readonly value: unknown;
  /** Milliseconds: of a timestamped store the value's, of a versioned one since when it is valid. Default: now. */
  readonly timestamp?: number;
  /** Of a window store; of a session store with `endMs`, the time of its last record. Milliseconds. */
  readonly window?: { readonly startMs: number; readonly endMs?: number };
  /** Of a versioned store: when it ceased to be valid. Default: when the next one begins. */
  readonly validTo?: number;
  /** Key and value are bytes as the store's serdes write them. */
  readonly raw?: boolean;
}

/** What a source may ask of the application. */
export interface SeedContext {
  /** The records of a topic, up to where it ends now: committed ones, partition by partition. Key and value are bytes. */
  readTopic(topic: string): AsyncIterable<SeedRow>;
}

/** Where the first rows of a store come from. It is data and a way to read; it holds no connection of its own. */
export interface SeedSource {
  /** Names the data. A seeding that did not end goes on only with a source of the same name. */
  readonly name: string;
  /** It gives the same rows in the same order each time: what was seeded before an interruption is not read again. */
  readonly repeatable: boolean;
  /** @throws MillraceError `SEED_ROW_INVALID`, and what the source's driver throws */
  rows(context: SeedContext): AsyncIterable<SeedRow>;
}
