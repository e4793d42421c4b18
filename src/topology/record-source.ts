import type { Logger } from '../observability/log.js';
import type { Headers } from '../util/headers.js';
import type { Clock } from '../util/time.js';

/** One record that a source gives. */
export interface SourceRecord {
  /** Bytes stand on the topic as they are; anything else is written by the serde by which the topology reads the topic. */
  readonly key: unknown;
  /** As the key. Null is a tombstone. */
  readonly value: unknown;
  /** Milliseconds since the epoch. Default: the event time that the topology's timestamp extractor finds in the record. */
  readonly timestamp?: number;
  /** Default: none. */
  readonly headers?: Headers;
  /** Default: that of the key, as Kafka's default partitioner chooses it; without a key, that of the value. */
  readonly partition?: number;
}

/** What a reader gives at a time: some thousand records at most, or none, to tell of a later watermark. */
export interface SourceBatch {
  readonly records: readonly SourceRecord[];
  /**
   * No record in any later batch is before this time, milliseconds. It never goes back. Default: that of the batch before, and
   * at first none: records are then held, on disk if need be, until the source ends.
   */
  readonly watermark?: number;
  /** How much of {@link SourceReader.size} was read so far. */
  readonly done: number;
}

/** One pass over a source's records. */
export interface SourceReader {
  /** How much there is to read, in a unit of the source's own (bytes, rows); undefined when that is not known. */
  readonly size: number | undefined;
  /**
   * Names the data: another opening with the same identity gives the same records. Undefined when that cannot be promised.
   * Exactly-once sinks go on, in a second backfill over the same data, where the first one was interrupted.
   */
  readonly identity: string | undefined;
  /**
   * The records, once. The same data gives the same order, at every opening.
   * @throws MillraceError of kind `data` that names the place of a record that cannot be read
   */
  read(): AsyncIterable<SourceBatch>;
  /** Lets go of files and connections. Called once, also when not all was read. */
  close(): Promise<void>;
}

/** What a reader is opened for. */
export interface SourceContext {
  /** The topic that the records stand for. */
  readonly topic: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Where the records of a topic can be read again: files, a database, a generator. It is data and a way to open a reader; it holds
 * no connection of its own.
 */
export interface RecordSource {
  /** What it reads, for descriptions: `files`, `postgres`, `generator`, … */
  readonly kind: string;
  /** @throws MillraceError of kind `invalid` when there is nothing to read, or it cannot be reached */
  open(context: SourceContext): Promise<SourceReader>;
}
