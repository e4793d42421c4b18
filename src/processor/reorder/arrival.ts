import { readInt64, writeInt64 } from '../../util/bytes.js';
import type { Serde } from '../../serde/serde.js';
import { SerdeError } from '../../serde/serde-error.js';

/** The order of records of one time. */
export interface Arrival {
  /** What orders them first: the topic that they came from, unless the program says otherwise. */
  readonly group: string;
  readonly offset: number;
  /** Tells apart what one input record became on its way, from 0. */
  readonly ordinal: number;
}

/*
 * An arrival as a store's key; its bytes have the order of records:
 *
 *     | group, UTF-8 | 0, 1 | offset + 1, 8 | ordinal, 4 |
 *
 * Numbers are big-endian. The offset of what came from no record is -1.
 */
const SUFFIX = 13;

/** The serde of arrivals. */
export const arrivals: Serde<Arrival> = Object.freeze({
  name: 'arrival',
  serialize({ group, offset, ordinal }: Arrival) {
    const length = Buffer.byteLength(group, 'utf8');
    const bytes = Buffer.allocUnsafe(length + SUFFIX);
    bytes.utf8Write(group, 0);
    bytes.writeUInt8(0, length);
    writeInt64(bytes, offset + 1, length + 1);
    bytes.writeUInt32BE(ordinal, length + 9);
    return bytes;
  },
  deserialize(bytes: Buffer, start: number, end: number) {
    const length = end - start - SUFFIX;
    if (length < 0) throw SerdeError.ofBytes('arrival', bytes, start, end, 'it is too short');
    return {
      group: bytes.utf8Slice(start, start + length),
      offset: readInt64(bytes, start + length + 1) - 1,
      ordinal: bytes.readUInt32BE(start + length + 9),
    };
  },
});
