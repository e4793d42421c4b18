import { SerdeError } from '../serde-error.js';

/*
 * Confluent's wire format: what follows was written by the schema of that id. Protobuf has the place of its message in
 * between, see protobuf-indexes.ts.
 *
 *     | 00 | schema id, 4, big-endian | value |
 */

const MAGIC = 0;

/** Where the value starts. */
export const HEADER_LENGTH = 5;

/** The header of values written by a schema. */
export function schemaHeader(id: number): Buffer {
  const header = Buffer.alloc(HEADER_LENGTH, MAGIC);
  header.writeInt32BE(id, 1);
  return header;
}

/** The schema's id. @throws SerdeError `SERDE_INVALID_BYTES` when they have no header */
export function schemaIdOf(serde: string, bytes: Buffer, start: number, end: number): number {
  if (end - start < HEADER_LENGTH || bytes[start] !== MAGIC) {
    throw SerdeError.ofBytes(serde, bytes, start, end, 'they do not start with 0 and the id of a schema');
  }
  return bytes.readInt32BE(start + 1);
}
