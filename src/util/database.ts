/** Reads of a range of keys; absent bounds are open. */
export interface DatabaseRange {
  readonly gte?: Buffer;
  readonly lt?: Buffer;
  readonly lte?: Buffer;
  readonly reverse?: boolean;
  readonly limit?: number;
  readonly snapshot?: DatabaseSnapshot;
  /** Bytes read ahead at most. */
  readonly highWaterMarkBytes?: number;
}

/** One moment of a database; must be closed. */
export interface DatabaseSnapshot {
  close(): Promise<void>;
}

/** A walk over a range, as it was when the walk began. */
export interface DatabaseIterator extends AsyncIterable<[Buffer, Buffer]> {
  /** Up to `rows` entries; none at the end. */
  nextv(rows: number): Promise<[Buffer, Buffer][]>;
  close(): Promise<void>;
}

/** Changes gathered for one atomic write. Keys and values are copied. */
export interface DatabaseBatch {
  put(key: Buffer, value: Buffer): unknown;
  del(key: Buffer): unknown;
  write(options?: WriteOptions): Promise<void>;
}

export interface WriteOptions {
  /** Wait until the disk has it, so that it survives the machine. */
  readonly sync?: boolean;
}

export type DatabaseOperation =
  | { readonly type: 'put'; readonly key: Buffer; readonly value: Buffer }
  | { readonly type: 'del'; readonly key: Buffer };

/**
 * As much of LevelDB (classic-level) as is used. Writes are atomic and keep their order; one that was not synced may be
 * lost with the machine, and with it all later ones.
 */
export interface Database {
  readonly location: string;
  getSync(key: Buffer): Buffer | undefined;
  get(key: Buffer): Promise<Buffer | undefined>;
  put(key: Buffer, value: Buffer, options?: WriteOptions): Promise<void>;
  batch(): DatabaseBatch;
  batch(operations: DatabaseOperation[], options?: WriteOptions): Promise<void>;
  iterator(range: DatabaseRange): DatabaseIterator;
  keys(range: DatabaseRange): { all(): Promise<Buffer[]> };
  values(range: DatabaseRange): { all(): Promise<Buffer[]> };
  clear(range: DatabaseRange): Promise<void>;
  snapshot(): DatabaseSnapshot;
  close(): Promise<void>;
}
