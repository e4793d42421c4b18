import { readInt64, writeInt64 } from '../../util/bytes.js';
import type { Header, Headers } from '../../util/headers.js';
import type { RecordContext } from '../store.js';

/*
 * Where a buffered record came from, as Kafka Streams writes it (ProcessorRecordContext); numbers are big-endian:
 *
 *     | timestamp, 8 | offset, 8 | length, 4 | topic | partition, 4 | number of headers, 4 | headers |
 *
 * and per header `| length, 4 | name | length, 4 (-1: null) | value |`.
 */

/** The bytes of a record context. */
export function recordContextBytes({ timestamp, offset, topic, partition, headers }: RecordContext): Buffer {
  const name = Buffer.from(topic, 'utf8');
  const numbers = Buffer.alloc(20);
  writeInt64(numbers, timestamp, 0);
  writeInt64(numbers, offset, 8);
  numbers.writeInt32BE(name.length, 16);
  return Buffer.concat([
    numbers,
    name,
    int32(partition),
    int32(headers.length),
    ...headers.flatMap(([header, value]) => [...sized(Buffer.from(header, 'utf8')), ...sized(value)]),
  ]);
}

/** Reads what {@link recordContextBytes} or Kafka Streams wrote, and tells where it ends. */
export function readRecordContext(
  bytes: Buffer,
  start: number,
): { readonly context: RecordContext; readonly end: number } {
  const timestamp = readInt64(bytes, start);
  const offset = readInt64(bytes, start + 8);
  const topic = readText(bytes, start + 16);
  const partition = bytes.readInt32BE(topic.end);
  const { headers, end } = readHeaders(bytes, topic.end + 4);
  return { context: { timestamp, offset, topic: topic.text, partition, headers }, end };
}

/** Bytes that a record context counts for in the bound of a buffer, by Kafka Streams' own reckoning. */
export function recordContextSize({ topic, headers }: RecordContext): number {
  return headers.reduce((sum, [name, value]) => sum + name.length + (value?.length ?? 0), 20 + topic.length);
}

/** A value of the length that stands before it; -1 is null. */
export function readSized(bytes: Buffer, start: number): { readonly value: Buffer | null; readonly end: number } {
  const length = bytes.readInt32BE(start);
  if (length < 0) return { value: null, end: start + 4 };
  const end = start + 4 + length;
  return { value: bytes.subarray(start + 4, end), end };
}

/** A value behind its length; -1 for null. */
export function sized(value: Buffer | null): Buffer[] {
  return value === null ? [int32(-1)] : [int32(value.length), value];
}

export function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value, 0);
  return bytes;
}

function readHeaders(bytes: Buffer, start: number): { readonly headers: Headers; readonly end: number } {
  const headers: Header[] = [];
  let end = start + 4;
  for (let left = bytes.readInt32BE(start); left > 0; left--) {
    const name = readText(bytes, end);
    const value = readSized(bytes, name.end);
    headers.push([name.text, value.value]);
    end = value.end;
  }
  return { headers, end };
}

/** A text behind its length. */
function readText(bytes: Buffer, start: number): { readonly text: string; readonly end: number } {
  const end = start + 4 + bytes.readInt32BE(start);
  return { text: bytes.toString('utf8', start + 4, end), end };
}
