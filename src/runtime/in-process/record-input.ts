import type { FetchedRecords } from '../../broker/client/client.js';
import type { TopicPartition } from '../../broker/client/protocol.js';
import type { Headers } from '../../util/headers.js';
import type { PartitionReader } from './in-process-topics.js';
import { fetchedChunk, RecordChunk } from './record-chunk.js';

/** A partition that is read in this thread: what comes is gathered, and handed over as a fetch would bring it. */
export class RecordInput implements PartitionReader {
  #chunk = new RecordChunk(0);

  /** @param arrived called for every record, before it is handed over */
  constructor(
    private readonly place: TopicPartition,
    private readonly take: (fetched: FetchedRecords) => void,
    private readonly arrived: () => void = () => undefined,
  ) {}

  put(key: Buffer | null, value: Buffer | null, timestamp: number, headers: Headers): void {
    this.#chunk.add(key, value, timestamp, headers);
    this.arrived();
  }

  /** Hands over what has come since the last call. */
  deliver(): void {
    const chunk = this.#chunk;
    if (chunk.length === 0) return;
    this.#chunk = new RecordChunk(chunk.nextOffset);
    this.take(fetchedChunk(this.place, chunk));
  }
}
