/** A row as the base holds it: the store's key (that of the changelog), and the value, in a timestamped store after its timestamp. */
export interface Row {
  readonly key: Buffer;
  readonly value: Buffer;
}

/** Rows of one store: those with this prefix, which is stripped, and keys within the bounds; absent bounds are open. */
export interface RowRange {
  /** What the layout puts before the keys (a window store's segment); empty for none. */
  readonly prefix: Buffer;
  readonly from?: Buffer;
  /** Included. */
  readonly to?: Buffer;
  /** Excluded. */
  readonly before?: Buffer;
  readonly reverse: boolean;
}

/** A walk over rows of a base as they were when the snapshot was taken. */
export interface RowCursor {
  /** Up to a bounded number of rows; none at the end. */
  next(): Promise<readonly Row[]>;
  close(): Promise<void>;
}

/** One moment of a base; must be closed. */
export interface BaseSnapshot {
  scan(range: RowRange): RowCursor;
  close(): Promise<void>;
}

/** The committed rows of one store. Written by the task's commits and by restoring only. */
export interface Base {
  /** Another thread writes to it. */
  readonly shared: boolean;
  /**
   * The value of a row as far as it is kept in memory to spare {@link get}; null: there is no such row; undefined: ask. Its
   * first bytes go to `head`, as many as fit, and are left out of what is given.
   */
  cached(mapKey: string, head: Buffer): Buffer | null | undefined;
  /** The value of a row, never changed afterwards. */
  get(mapKey: string): Buffer | undefined;
  snapshot(): BaseSnapshot;
  /** Rows of the base; undefined when it can not tell. */
  count(): number | undefined;
}

/** A base that commits and restoring write to. */
export interface WritableBase extends Base {
  /** `batch`: the rows of a base on disk go there; a base in memory takes them at once. */
  put(batch: RowBatch | undefined, mapKey: string, value: Buffer): void;
  delete(batch: RowBatch | undefined, mapKey: string): void;
  /** As `put`, or `delete` for null, of a row that is not about to be read. Its key is bytes of `source`; all is copied. */
  restore(batch: RowBatch | undefined, source: Buffer, keyStart: number, keyEnd: number, value: Buffer | null): void;
  /** Deletes the rows whose keys the layout puts from `from` up to `prefix`; they are no longer observed by anybody. */
  deleteBelow(prefix: Buffer, from?: Buffer): Promise<void>;
  /** Deletes rows that nobody observes any more. */
  deleteRows(mapKeys: readonly string[]): Promise<void>;
  /** Deletes every row. */
  clear(): Promise<void>;
  /** A batch that rows were put into was not written: what is kept in memory of it is not true. */
  forgetCached(): void;
}

/** Rows of several stores that are written as one. Key and value are copied: both may be used for the next row. */
export interface RowBatch {
  put(rowKey: Buffer, value: Buffer): void;
  delete(rowKey: Buffer): void;
}

/** How a store's keys become the keys of rows: what stands before them. */
export interface RowLayout {
  /** Length of what stands before each key. */
  readonly prefixLength: number;
  /** @param row ends with the key; its prefix starts at `at` */
  writePrefix(row: Buffer, at: number): void;
}

/** Rows stand in the order of their keys. */
export const BARE_KEYS: RowLayout = { prefixLength: 0, writePrefix: () => undefined };

/** A range as half-open bounds of whole row keys; `before` undefined is open. */
export function boundsOf(range: RowRange): { readonly from: Buffer; readonly before: Buffer | undefined } {
  const { prefix } = range;
  const from = range.from === undefined ? prefix : Buffer.concat([prefix, range.from]);
  if (range.before !== undefined) return { from, before: Buffer.concat([prefix, range.before]) };
  // The first key after `to` is `to` with a zero byte behind it.
  if (range.to !== undefined) return { from, before: Buffer.concat([prefix, range.to, ZERO]) };
  return { from, before: successorOf(prefix) };
}

const ZERO = Buffer.of(0);

/** The keys that start with `prefix`, as a range of a database. */
export function keysWith(prefix: Buffer): { readonly gte: Buffer; readonly lt?: Buffer } {
  const lt = successorOf(prefix);
  return { gte: prefix, ...(lt && { lt }) };
}

/** The first key that does not start with `prefix`; undefined if every later key does. */
export function successorOf(prefix: Buffer): Buffer | undefined {
  for (let last = prefix.length - 1; last >= 0; last--) {
    const byte = prefix.readUInt8(last);
    if (byte === 0xff) continue;
    const next = Buffer.from(prefix.subarray(0, last + 1));
    next[last] = byte + 1;
    return next;
  }
  return undefined;
}
