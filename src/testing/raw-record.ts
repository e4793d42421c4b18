import type { FetchedRecords } from '../broker/client/client.js';
import type { TopicPartition } from '../broker/client/protocol.js';
import type { RecordColumns } from '../broker/record-batch/record-columns.js';
import { EMPTY_BYTES } from '../util/bytes.js';
import { NO_HEADERS, type Headers } from '../util/headers.js';

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
  const end = record.offset + 1;
  return {
    topic: record.topic,
    partition: record.partition,
    records: columnsOf(record),
    nextOffset: end,
    highWatermark: end,
    lastStableOffset: end,
    logStartOffset: 0,
  };
}

/** What a fetch from the beginning of an empty partition looks like. */
export function nothingFetched({ topic, partition }: TopicPartition): FetchedRecords {
  const none = { topic, partition, offset: 0, key: null, value: null, timestamp: -1, headers: NO_HEADERS };
  const records = { ...columnsOf(none), length: 0 };
  return { topic, partition, records, nextOffset: 0, highWatermark: 0, lastStableOffset: 0, logStartOffset: 0 };
}

function columnsOf({ offset, key, value, timestamp, headers }: RawRecord): RecordColumns {
  const buffer = Buffer.concat([key ?? EMPTY_BYTES, value ?? EMPTY_BYTES]);
  const keyEnd = key?.length ?? 0;
  return {
    length: 1,
    byteLength: buffer.length,
    offset: () => offset,
    timestamp: () => timestamp,
    leaderEpoch: () => 0,
    buffer: () => buffer,
    keyStart: () => (key === null ? -1 : 0),
    keyEnd: () => keyEnd,
    valueStart: () => (value === null ? -1 : keyEnd),
    valueEnd: () => buffer.length,
    headers: () => headers,
  };
}
