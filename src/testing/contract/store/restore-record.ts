import type { ChangelogRecords, StoreRestorer } from '../../../state/task-state.js';
import { NO_HEADERS, type Headers } from '../../../util/headers.js';

/** A record of a changelog; without a time and headers where a store makes nothing of them. */
export interface RestoredRecord {
  readonly key: Buffer;
  readonly value: Buffer | null;
  readonly timestamp?: number;
  readonly headers?: Headers;
}

/** Has a store take one record of its changelog. */
export function restoreRecord(restorer: StoreRestorer, record: RestoredRecord): void {
  const { key, value, timestamp = 0, headers = NO_HEADERS } = record;
  const bytes = Buffer.concat([key, value ?? Buffer.alloc(0)]);
  const records: ChangelogRecords = {
    length: 1,
    offset: () => 0,
    timestamp: () => timestamp,
    buffer: () => bytes,
    keyStart: () => 0,
    keyEnd: () => key.length,
    valueStart: () => (value === null ? -1 : key.length),
    valueEnd: () => bytes.length,
    headers: () => headers,
  };
  restorer.restore(records, Infinity);
}
