import type { RecordColumns } from '../../broker/record-batch/record-columns.js';
import type { SinkBatch, SinkBatching, SinkRecord } from '../../topology/sink.js';
import { toMillis } from '../../util/time.js';

/** Where the bytes of a record are. */
export interface RecordPlace {
  readonly columns: RecordColumns;
  readonly index: number;
}

/** A batch on its way to the sink, with the bytes behind each of its records. */
export interface PlacedBatch extends SinkBatch {
  readonly places: readonly RecordPlace[];
}

/** Gathers records into the next batch. */
export class SinkBatcher {
  readonly #maxRecords: number;
  readonly #maxBytes: number;
  readonly #maxDelayMs: number;
  #records: SinkRecord[] = [];
  #places: RecordPlace[] = [];
  #bytes = 0;
  /** When the first record, or mark, of the batch came; undefined while there is none. */
  #sinceMs: number | undefined;

  constructor({ maxRecords = 1_000, maxBytes = 1 << 20, maxDelay = 100 }: SinkBatching) {
    this.#maxRecords = Math.max(1, maxRecords);
    this.#maxBytes = maxBytes;
    this.#maxDelayMs = toMillis(maxDelay);
  }

  get size(): number {
    return this.#records.length;
  }

  /** There is something that the position has to pass. */
  get pending(): boolean {
    return this.#sinceMs !== undefined;
  }

  get full(): boolean {
    return this.#records.length >= this.#maxRecords || this.#bytes >= this.#maxBytes;
  }

  /** The batch is to be written now. */
  due(nowMs: number): boolean {
    return this.full || (this.#sinceMs !== undefined && nowMs - this.#sinceMs >= this.#maxDelayMs);
  }

  add(record: SinkRecord, place: RecordPlace, nowMs: number): void {
    const { columns, index } = place;
    this.#records.push(record);
    this.#places.push(place);
    this.#bytes +=
      columns.keyEnd(index) - columns.keyStart(index) + columns.valueEnd(index) - columns.valueStart(index);
    this.#sinceMs ??= nowMs;
  }

  /** Something was taken that is no record for the sink, and must not be taken again. */
  mark(nowMs: number): void {
    this.#sinceMs ??= nowMs;
  }

  /** The batch so far; the next one begins. */
  cut(nextOffset: number): PlacedBatch {
    const batch = { records: this.#records, places: this.#places, nextOffset };
    this.clear();
    return batch;
  }

  clear(): void {
    this.#records = [];
    this.#places = [];
    this.#bytes = 0;
    this.#sinceMs = undefined;
  }
}
