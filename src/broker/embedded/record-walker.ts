import { BATCH_HEADER_BYTES, BatchHeader } from '../record-batch/batch-header.js';
import { decompress } from '../record-batch/compression.js';
import { VarintReader } from '../record-batch/varint.js';

/** Goes through the records of one stored batch, looking at keys only. */
export class RecordWalker {
  /** The records, decompressed. */
  readonly bytes: Buffer;
  offset = -1;
  /** Where the record starts and ends in `bytes`. */
  start = 0;
  end = 0;
  /** -1 for a null key. */
  keyStart = -1;
  keyEnd = -1;
  /** Whether the value is null. */
  tombstone = false;
  readonly #baseOffset: number;
  readonly #reader: VarintReader;
  #left: number;

  /** @throws CorruptRecordError when the records cannot be decompressed */
  constructor(batch: Buffer) {
    const header = new BatchHeader(batch, 0);
    this.bytes = decompress(header.compression, batch.subarray(BATCH_HEADER_BYTES));
    this.#baseOffset = header.baseOffset;
    this.#left = header.count;
    this.#reader = new VarintReader(this.bytes, 0);
  }

  /** Moves on to the next record; false after the last. */
  next(): boolean {
    if (this.#left <= 0) return false;
    this.#left--;
    const reader = this.#reader;
    this.start = reader.at;
    const size = reader.int32();
    this.end = reader.at + size;
    if (size < 0 || this.end > this.bytes.length) return false;
    reader.at++;
    reader.int64();
    this.offset = this.#baseOffset + reader.int32();
    const keySize = reader.int32();
    this.keyStart = keySize < 0 ? -1 : reader.at;
    this.keyEnd = reader.at + Math.max(0, keySize);
    reader.at = this.keyEnd;
    this.tombstone = reader.int32() < 0;
    reader.at = this.end;
    return true;
  }

  /** The key as a map key; undefined for a null key. */
  key(): string | undefined {
    return this.keyStart < 0 ? undefined : this.bytes.latin1Slice(this.keyStart, this.keyEnd);
  }
}

/** Whether a record has no key: such a record cannot be kept in a compacted topic. */
export function hasKeylessRecord(batch: Buffer): boolean {
  const walker = new RecordWalker(batch);
  while (walker.next()) if (walker.keyStart < 0) return true;
  return false;
}
