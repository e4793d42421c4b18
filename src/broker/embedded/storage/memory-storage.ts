import { BatchList } from './batch-list.js';
import type { BrokerStorage } from './broker-storage.js';

/** Keeps batches in memory and nothing else: the broker's own objects are its state, and nothing outlives them. */
export class MemoryStorage implements BrokerStorage {
  readonly #logs = new Map<number, BatchList>();

  appendBatch(log: number, _baseOffset: number, bytes: Buffer): void {
    let batches = this.#logs.get(log);
    if (batches === undefined) {
      batches = new BatchList();
      this.#logs.set(log, batches);
    }
    batches.append(bytes);
  }

  replaceBatch(log: number, baseOffset: number, bytes: Buffer): void {
    this.#logs.get(log)?.replace(baseOffset, bytes);
  }

  removeBatch(log: number, baseOffset: number): void {
    this.#logs.get(log)?.remove(baseOffset);
  }

  truncateBefore(log: number, offset: number): void {
    this.#logs.get(log)?.truncateBefore(offset);
  }

  removeLog(log: number): void {
    this.#logs.delete(log);
  }

  readBatches(log: number, fromOffset: number, toOffset: number, maxBytes: number): readonly Buffer[] {
    return this.#logs.get(log)?.read(fromOffset, toOffset, maxBytes) ?? [];
  }

  put(): void {
    return;
  }

  remove(): void {
    return;
  }

  async *entries(): AsyncGenerator<readonly [string, string]> {
    // Nothing is kept.
  }

  whenWritten(callback: () => void): void {
    callback();
  }

  commit(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#logs.clear();
    return Promise.resolve();
  }
}
