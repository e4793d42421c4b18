import type { FetchedRecords } from '../broker/client/client.js';
import { fetchedChunk, RecordChunk } from '../runtime/in-process/record-chunk.js';
import type { Headers } from '../util/headers.js';

/** A record of a topic as it is on the broker: bytes. */
export interface RawRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Milliseconds; -1 when the writer was to set the time of sending (some changelogs). */
  readonly timestamp: number;
  readonly headers: Headers;
}

/** What a fetch that brings one record looks like. */
export function fetchedRecord(record: RawRecord): FetchedRecords {
  const { offset, key, value, timestamp, headers } = record;
  const chunk = new RecordChunk(offset, (key?.length ?? 0) + (value?.length ?? 0));
  chunk.add(key, value, timestamp, headers);
  return fetchedChunk(record, chunk);
}
