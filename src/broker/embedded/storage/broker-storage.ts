/**
 * Where the embedded broker keeps what must outlive it. Changes are gathered and become one atomic write at the next
 * {@link commit}; writes are carried out in the order of their commits. What was gathered can be read at once.
 */
export interface BrokerStorage {
  /** Adds a batch at the end of a log. The bytes are kept, not copied. */
  appendBatch(log: number, baseOffset: number, bytes: Buffer): void;
  /** Puts other bytes in the place of a batch; base and last offset stay. */
  replaceBatch(log: number, baseOffset: number, bytes: Buffer): void;
  removeBatch(log: number, baseOffset: number): void;
  /** Forgets the batches that lie wholly below an offset; the space is given back in time. */
  truncateBefore(log: number, offset: number): void;
  /** Forgets a whole log; the space is given back in time. */
  removeLog(log: number): void;
  /**
   * Whole batches in order, from the one that holds `fromOffset` (or the next), with base offsets below `toOffset`, at
   * most `maxBytes`; the first batch is given even if it is larger.
   */
  readBatches(
    log: number,
    fromOffset: number,
    toOffset: number,
    maxBytes: number,
  ): readonly Buffer[] | Promise<readonly Buffer[]>;
  /** A small value of broker state. Keys start with a letter and a slash that name their kind. */
  put(key: string, value: string): void;
  remove(key: string): void;
  /** Values kept from before, in the order of their keys; for opening only. */
  entries(prefix: string): AsyncIterable<readonly [key: string, value: string]>;
  /** Calls back once all that was gathered so far is written, before the commits that wait for it; at once if nothing is kept. */
  whenWritten(callback: () => void): void;
  /** Resolves when all that was gathered is written; with `durably`, when it is on disk. */
  commit(durably?: boolean): Promise<void>;
  close(): Promise<void>;
}
