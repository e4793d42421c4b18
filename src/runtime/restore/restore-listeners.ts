import type { Logger } from '../../observability/log.js';
import type { RestoredPartition, RestoreListener } from './restore-listener.js';

/** Every listener of an application as one; one that throws is logged and does not disturb the restore. */
export class RestoreListeners implements Required<RestoreListener> {
  readonly #listeners = new Set<RestoreListener>();

  constructor(private readonly log: Logger) {}

  add(listener: RestoreListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onRestoreStart(partition: RestoredPartition, startOffset: number, endOffset: number): void {
    this.#each((listener) => listener.onRestoreStart?.(partition, startOffset, endOffset));
  }

  onBatchRestored(partition: RestoredPartition, offset: number, records: number): void {
    this.#each((listener) => listener.onBatchRestored?.(partition, offset, records));
  }

  onRestoreEnd(partition: RestoredPartition, totalRecords: number): void {
    this.#each((listener) => listener.onRestoreEnd?.(partition, totalRecords));
  }

  #each(tell: (listener: RestoreListener) => void): void {
    for (const listener of this.#listeners) {
      try {
        tell(listener);
      } catch (error) {
        this.log.error({ err: error }, 'a restore listener failed');
      }
    }
  }
}
