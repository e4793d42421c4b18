import type { OutgoingRecord } from '../connect/generator/feed.js';

export type { OutgoingRecord } from '../connect/generator/feed.js';

/** Puts records into topics; resolves when they are acknowledged. */
export interface RecordSink {
  readonly send: (records: readonly OutgoingRecord[]) => Promise<void>;
}
