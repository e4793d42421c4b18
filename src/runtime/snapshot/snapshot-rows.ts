import type { DatabaseRow } from '../../state/captured-state.js';

/*
 * A file of rows, compressed by gzip: one after the other, in the order of their keys,
 *
 *     | length of the key, 4 | length of the value, 4 | key | value |
 */

const HEADER_BYTES = 8;

/** Bytes that a row takes. */
export function rowBytes([key, value]: DatabaseRow): number {
  return HEADER_BYTES + key.length + value.length;
}

/** The rows as one run of bytes. */
export function encodeRows(rows: readonly DatabaseRow[]): Buffer {
  const bytes = Buffer.allocUnsafe(rows.reduce((sum, row) => sum + rowBytes(row), 0));
  let at = 0;
  for (const [key, value] of rows) {
    bytes.writeUInt32BE(key.length, at);
    bytes.writeUInt32BE(value.length, at + 4);
    at += HEADER_BYTES;
    at += key.copy(bytes, at);
    at += value.copy(bytes, at);
  }
  return bytes;
}

/** The rows in what {@link encodeRows} made; they are parts of the same buffer. */
export function* decodeRows(bytes: Buffer): Generator<DatabaseRow, void> {
  for (let at = 0; at < bytes.length;) {
    const keyStart = at + HEADER_BYTES;
    const valueStart = keyStart + bytes.readUInt32BE(at);
    const end = valueStart + bytes.readUInt32BE(at + 4);
    yield [bytes.subarray(keyStart, valueStart), bytes.subarray(valueStart, end)];
    at = end;
  }
}
