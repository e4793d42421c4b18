import type { FetchedRecords } from '../../broker/client/client.js';
import type { TopicPartition } from '../../broker/client/protocol.js';
import type { RecordColumns } from '../../broker/record-batch/record-columns.js';
import { NO_HEADERS, type Headers } from '../../util/headers.js';

const FIRST_BYTES = 4 << 10;

/** Records of one partition that come one after the other, in memory: what a fetch would bring. */
export class RecordChunk implements RecordColumns {
  #bytes: Buffer;
  #end = 0;
  /** Per record: start and end of the key, start and end of the value. */
  readonly #bounds: number[] = [];
  readonly #timestamps: number[] = [];
  readonly #headers: Headers[] = [];

  constructor(
    private readonly firstOffset: number,
    capacity = FIRST_BYTES,
  ) {
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  get length(): number {
    return this.#timestamps.length;
  }

  get byteLength(): number {
    return this.#end;
  }

  /** The offset of the record that is added next. */
  get nextOffset(): number {
    return this.firstOffset + this.length;
  }

  /** Copies a record. */
  add(key: Buffer | null, value: Buffer | null, timestamp: number, headers: Headers): void {
    const size = (key?.length ?? 0) + (value?.length ?? 0);
    if (this.#end + size > this.#bytes.length) this.#grow(size);
    this.#append(key);
    this.#append(value);
    this.#timestamps.push(timestamp);
    this.#headers.push(headers);
  }

  offset(index: number): number {
    return this.firstOffset + index;
  }
  timestamp(index: number): number {
    return this.#timestamps[index] ?? -1;
  }
  leaderEpoch(): number {
    return 0;
  }
  buffer(): Buffer {
    return this.#bytes;
  }
  keyStart(index: number): number {
    return this.#bounds[index * 4] ?? -1;
  }
  keyEnd(index: number): number {
    return this.#bounds[index * 4 + 1] ?? -1;
  }
  valueStart(index: number): number {
    return this.#bounds[index * 4 + 2] ?? -1;
  }
  valueEnd(index: number): number {
    return this.#bounds[index * 4 + 3] ?? -1;
  }
  headers(index: number): Headers {
    return this.#headers[index] ?? NO_HEADERS;
  }

  #append(bytes: Buffer | null): void {
    const start = this.#end;
    if (bytes !== null) this.#end += bytes.copy(this.#bytes, start);
    this.#bounds.push(bytes === null ? -1 : start, this.#end);
  }

  #grow(size: number): void {
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, this.#end + size));
    this.#bytes.copy(larger, 0, 0, this.#end);
    this.#bytes = larger;
  }
}

/** A chunk as a fetch would bring it that has read to the end of the partition. */
export function fetchedChunk({ topic, partition }: TopicPartition, records: RecordChunk): FetchedRecords {
  const end = records.nextOffset;
  return {
    topic,
    partition,
    records,
    nextOffset: end,
    highWatermark: end,
    lastStableOffset: end,
    logStartOffset: 0,
  };
}

/** What a fetch from the beginning of an empty partition looks like. */
export function nothingFetched(partition: TopicPartition): FetchedRecords {
  return fetchedChunk(partition, new RecordChunk(0, 0));
}
