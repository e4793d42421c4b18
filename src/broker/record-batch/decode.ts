import { invalid, messageOf } from '../../util/errors.js';
import { BATCH_HEADER_BYTES, BATCH_LENGTH_END, BatchHeader, MAGIC_END } from './batch-header.js';
import { decompress } from './compression.js';
import { CorruptRecordError } from './corrupt-record-error.js';
import { crc32c } from './crc32c.js';
import { DecodedRecords } from './decoded-records.js';
import type { RecordColumns } from './record-columns.js';

/** What {@link decodeRecords} found. */
export interface Decoded {
  readonly records: RecordColumns;
  /** Where the next fetch goes on; `fromOffset` if no batch was complete. */
  readonly nextOffset: number;
}

/** Says whether the records of a batch are wanted; asked once per batch, in offset order, control batches included. */
export type KeepBatch = (header: BatchHeader) => boolean;

/**
 * Decodes the record batches of one partition as a fetch brings them: back to back, the first maybe starting below
 * `fromOffset` (records below it are skipped), the last maybe cut off (it is ignored). Control batches never become
 * records. When a batch is corrupt, what stands before it is given first; the next call, which then starts there, throws.
 *
 * @param checkCrc whether checksums are compared; default true
 * @throws CorruptRecordError naming the batch's base offset
 * @throws MillraceError `RECORD_FORMAT_UNSUPPORTED` for messages of the formats before Kafka 0.11
 */
export function decodeRecords(bytes: Buffer, fromOffset: number, keepBatch?: KeepBatch, checkCrc = true): Decoded {
  const batches: Batch[] = [];
  let nextOffset = fromOffset;
  let capacity = 0;
  let byteLength = 0;
  for (let at = 0; at + MAGIC_END <= bytes.length;) {
    const header = new BatchHeader(bytes, at);
    const { end } = header;
    if (end > bytes.length) break;
    const fault = faultOf(header, checkCrc);
    if (fault !== undefined) {
      if (nextOffset > fromOffset) break;
      throw fault;
    }
    const { lastOffset } = header;
    const kept = keepBatch === undefined || keepBatch(header);
    if (kept && !header.control && header.count > 0 && lastOffset >= fromOffset) {
      batches.push(openBatch(header));
      capacity += header.count;
      byteLength += end - at;
    }
    if (lastOffset >= nextOffset) nextOffset = lastOffset + 1;
    at = end;
  }
  const records = new DecodedRecords(capacity, byteLength);
  for (const batch of batches) addBatch(records, batch, fromOffset);
  return { records, nextOffset };
}

/** What is wrong with a complete batch, if anything. */
export function faultOf(header: BatchHeader, checkCrc = true): Error | undefined {
  const { bytes, start, end, magic } = header;
  if (magic >= 0 && magic < 2) {
    return invalid(
      'RECORD_FORMAT_UNSUPPORTED',
      `The records at offset ${header.baseOffset} are in message format ${magic}, from before Kafka 0.11`,
      { hint: 'Copy the topic with a current client; only record batches of version 2 are read.' },
    );
  }
  if (magic !== 2) return new CorruptRecordError(header.baseOffset, `its format is ${magic}, not 2`);
  if (end < start + BATCH_HEADER_BYTES) {
    return new CorruptRecordError(header.baseOffset, `its length is ${end - start - BATCH_LENGTH_END}`);
  }
  if (!checkCrc) return undefined;
  const crc = crc32c(bytes.subarray(start + 21, end));
  if (crc === header.crc) return undefined;
  return new CorruptRecordError(
    header.baseOffset,
    `its checksum is ${hex(crc)} where its header says ${hex(header.crc)}`,
  );
}

interface Batch {
  readonly header: BatchHeader;
  /** Holds the records, decompressed. */
  readonly records: Buffer;
  readonly start: number;
  readonly end: number;
}

// A record takes at least 7 bytes, so a count beyond that is a lie, and is found out before columns are made for it.
const SMALLEST_RECORD_BYTES = 7;

function openBatch(header: BatchHeader): Batch {
  const batch = decompressBatch(header);
  if (header.count * SMALLEST_RECORD_BYTES > batch.end - batch.start) {
    throw new CorruptRecordError(header.baseOffset, `it is too short for ${header.count} records`);
  }
  return batch;
}

function decompressBatch(header: BatchHeader): Batch {
  const { bytes, compression, end } = header;
  const start = header.start + BATCH_HEADER_BYTES;
  if (compression === 'none') return { header, records: bytes, start, end };
  let records: Buffer;
  try {
    records = decompress(compression, bytes.subarray(start, end));
  } catch (cause) {
    if (isUnavailable(cause)) throw cause;
    throw new CorruptRecordError(header.baseOffset, `${compression} cannot read it (${messageOf(cause)})`, cause);
  }
  return { header, records, start: 0, end: records.length };
}

function isUnavailable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'COMPRESSION_UNAVAILABLE';
}

function addBatch(columns: DecodedRecords, { header, records, start, end }: Batch, fromOffset: number): void {
  const reached = columns.addBatch(header, records, start, end, fromOffset);
  if (reached !== end) throw new CorruptRecordError(header.baseOffset, 'its records do not fill it');
}

function hex(crc: number): string {
  return crc.toString(16).padStart(8, '0');
}
