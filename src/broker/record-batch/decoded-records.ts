import { NO_HEADERS, type Header, type Headers } from '../../util/headers.js';
import type { BatchHeader } from './batch-header.js';
import { CorruptRecordError } from './corrupt-record-error.js';
import type { RecordColumns } from './record-columns.js';
import { VarintReader } from './varint.js';

/**
 * The columns that `decodeRecords` fills. Null keys and values have a start of -1; `valueEnd` is always where a
 * record's headers start, so headers need no column.
 */
export class DecodedRecords implements RecordColumns {
  readonly byteLength: number;
  private readonly offsets: Float64Array;
  private readonly timestamps: Float64Array;
  private readonly keyStarts: Int32Array;
  private readonly keyEnds: Int32Array;
  private readonly valueStarts: Int32Array;
  private readonly valueEnds: Int32Array;
  /** Index into `buffers` and `leaderEpochs`. */
  private readonly batches: Int32Array;
  private readonly buffers: Buffer[] = [];
  private readonly leaderEpochs: number[] = [];
  private filled = 0;

  /** @param capacity most records that will be added  @param byteLength size of their batches on the wire */
  constructor(capacity: number, byteLength: number) {
    this.byteLength = byteLength;
    this.offsets = new Float64Array(capacity);
    this.timestamps = new Float64Array(capacity);
    this.keyStarts = new Int32Array(capacity);
    this.keyEnds = new Int32Array(capacity);
    this.valueStarts = new Int32Array(capacity);
    this.valueEnds = new Int32Array(capacity);
    this.batches = new Int32Array(capacity);
  }

  get length(): number {
    return this.filled;
  }

  /**
   * Adds the records of one batch from `fromOffset` on.
   * @param records holds the batch's records, decompressed, from `start` to `end`
   * @returns where the last record ended; beyond `end` if the bytes contradict themselves
   */
  addBatch(header: BatchHeader, records: Buffer, start: number, end: number, fromOffset: number): number {
    const { baseOffset, baseTimestamp, count } = header;
    const appendTime = header.logAppendTime ? header.maxTimestamp : -1;
    const batch = this.buffers.push(records) - 1;
    this.leaderEpochs.push(header.leaderEpoch);
    const { offsets, timestamps, keyStarts, keyEnds, valueStarts, valueEnds, batches } = this;
    const reader = new VarintReader(records, start);
    let at = this.filled;
    for (let left = count; left > 0; left--) {
      const size = reader.int32();
      const recordEnd = reader.at + size;
      if (size < 0 || recordEnd > end) return end + 1;
      reader.at++;
      const timestamp = baseTimestamp + reader.int64();
      const offset = baseOffset + reader.int32();
      if (offset >= fromOffset) {
        offsets[at] = offset;
        timestamps[at] = appendTime >= 0 ? appendTime : timestamp;
        const keySize = reader.int32();
        if (keySize < 0) {
          keyStarts[at] = -1;
        } else {
          keyStarts[at] = reader.at;
          reader.at += keySize;
        }
        keyEnds[at] = reader.at;
        const valueSize = reader.int32();
        if (valueSize < 0) {
          valueStarts[at] = -1;
        } else {
          valueStarts[at] = reader.at;
          reader.at += valueSize;
        }
        valueEnds[at] = reader.at;
        batches[at] = batch;
        if (reader.at > recordEnd) return end + 1;
        at++;
      }
      reader.at = recordEnd;
    }
    this.filled = at;
    return reader.at;
  }

  // Indexes are the caller's promise (0 <= index < length); a typed array then has the element.

  offset(index: number): number {
    return this.offsets[index] as number;
  }
  timestamp(index: number): number {
    return this.timestamps[index] as number;
  }
  leaderEpoch(index: number): number {
    return this.leaderEpochs[this.batches[index] as number] as number;
  }
  buffer(index: number): Buffer {
    return this.buffers[this.batches[index] as number] as Buffer;
  }
  keyStart(index: number): number {
    return this.keyStarts[index] as number;
  }
  keyEnd(index: number): number {
    return this.keyEnds[index] as number;
  }
  valueStart(index: number): number {
    return this.valueStarts[index] as number;
  }
  valueEnd(index: number): number {
    return this.valueEnds[index] as number;
  }
  headers(index: number): Headers {
    const buffer = this.buffer(index);
    const start = this.valueEnd(index);
    return buffer[start] === 0 ? NO_HEADERS : readHeaders(buffer, start, this.offset(index));
  }
}

function readHeaders(buffer: Buffer, start: number, offset: number): Headers {
  const reader = new VarintReader(buffer, start);
  const headers: Header[] = [];
  for (let left = reader.int32(); left > 0; left--) {
    const nameSize = reader.int32();
    const nameStart = reader.at;
    reader.at += nameSize;
    const valueSize = reader.int32();
    const valueStart = reader.at;
    if (valueSize > 0) reader.at += valueSize;
    if (nameSize < 0 || reader.at > buffer.length) throw new CorruptRecordError(offset, 'its headers exceed it');
    const name = buffer.utf8Slice(nameStart, nameStart + nameSize);
    headers.push([name, valueSize < 0 ? null : buffer.subarray(valueStart, reader.at)]);
  }
  return headers;
}
