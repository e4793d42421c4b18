import fc from 'fast-check';
import { decodeRecords } from '../../../../src/broker/record-batch/decode.js';
import type { RecordColumns } from '../../../../src/broker/record-batch/record-columns.js';
import { RecordBatchBuilder, type BatchOptions } from '../../../../src/broker/record-batch/record-batch-builder.js';
import type { Header, Headers } from '../../../../src/util/headers.js';

export interface SampleRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly timestamp: number;
  readonly headers: Headers;
}

export function record(key: string | null, value: string | null, timestamp = 0, headers: Headers = []): SampleRecord {
  return {
    key: key === null ? null : Buffer.from(key),
    value: value === null ? null : Buffer.from(value),
    timestamp,
    headers,
  };
}

export function batch(records: readonly SampleRecord[], options?: BatchOptions): Buffer {
  const builder = new RecordBatchBuilder();
  for (const { key, value, timestamp, headers } of records) builder.append(key, value, timestamp, headers);
  return builder.build(options);
}

/** The records of columns as objects. */
export function rows(columns: RecordColumns): (SampleRecord & { offset: number })[] {
  return Array.from({ length: columns.length }, (_, i) => ({
    offset: columns.offset(i),
    timestamp: columns.timestamp(i),
    key: slice(columns, i, columns.keyStart(i), columns.keyEnd(i)),
    value: slice(columns, i, columns.valueStart(i), columns.valueEnd(i)),
    headers: columns.headers(i),
  }));
}

function slice(columns: RecordColumns, index: number, start: number, end: number): Buffer | null {
  return start < 0 ? null : columns.buffer(index).subarray(start, end);
}

/** Values as strings, the shortest view of what was decoded. */
export function values(bytes: Buffer, fromOffset = 0): (string | undefined)[] {
  return rows(decodeRecords(bytes, fromOffset).records).map(({ value }) => value?.toString());
}

const bytes = fc.option(fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)));
const header: fc.Arbitrary<Header> = fc.tuple(fc.string({ unit: 'binary', maxLength: 20 }), bytes);

export const arbitraryRecord: fc.Arbitrary<SampleRecord> = fc.record({
  key: bytes,
  value: bytes,
  timestamp: fc.oneof(fc.nat(), fc.integer({ min: -1, max: 2 ** 51 })),
  headers: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(header, { maxLength: 4 })),
});
