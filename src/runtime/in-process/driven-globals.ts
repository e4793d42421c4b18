import type { StoredRecord } from './stored-record.js';

/** The global stores of a topology that runs without a broker, here or in other threads. */
export interface DrivenGlobals {
  /** Whether a global store is filled from the topic. */
  read(topic: string): boolean;
  /** Takes a record into the stores of its topic, at the latest with the next {@link flush}. */
  update(topic: string, record: StoredRecord): Promise<void>;
  /** Makes what was taken visible to what is processed from now on. */
  flush(): Promise<void>;
  commit(): Promise<void>;
  close(): Promise<void>;
}
