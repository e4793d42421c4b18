import { readInt64, writeInt64 } from '../../util/bytes.js';

/*
 * The key of a window store's changelog record (Kafka Streams' WindowKeySchema):
 *
 *     | key | window start, 8 bytes | sequence number, 4 bytes |
 *
 * The sequence number tells puts of equal key and start apart in a store that retains duplicates, and is 0 in all others.
 */

/** Length of start and sequence number. */
export const WINDOW_SUFFIX = 12;

/** Largest sequence number; the next one is 0. */
export const MAX_SEQUENCE = 0x7fffffff;

/** Appends start and sequence number to a key of `keyLength` bytes in `target`. */
export function writeWindowSuffix(target: Buffer, keyLength: number, startMs: number, sequence: number): void {
  writeInt64(target, startMs, keyLength);
  target.writeInt32BE(sequence, keyLength + 8);
}

/** The whole key. */
export function windowKey(key: Buffer, startMs: number, sequence: number): Buffer {
  const written = Buffer.allocUnsafe(key.length + WINDOW_SUFFIX);
  key.copy(written, 0);
  writeWindowSuffix(written, key.length, startMs, sequence);
  return written;
}

export function windowStartOf(windowKey: Buffer): number {
  return readInt64(windowKey, windowKey.length - WINDOW_SUFFIX);
}

/** The window start of a key that stands as a string of one character per byte. */
export function windowStartOfMapKey(mapKey: string): number {
  const at = mapKey.length - WINDOW_SUFFIX;
  return int32At(mapKey, at) * 4_294_967_296 + (int32At(mapKey, at + 4) >>> 0);
}

function int32At(mapKey: string, at: number): number {
  const high = (mapKey.charCodeAt(at) << 24) | (mapKey.charCodeAt(at + 1) << 16);
  return high | (mapKey.charCodeAt(at + 2) << 8) | mapKey.charCodeAt(at + 3);
}

export function sequenceOf(windowKey: Buffer): number {
  return windowKey.readInt32BE(windowKey.length - 4);
}
