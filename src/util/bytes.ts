declare global {
  // Node's fast paths, present in every supported version but absent from its typings.
  interface Buffer {
    latin1Slice(start?: number, end?: number): string;
    utf8Slice(start?: number, end?: number): string;
    utf8Write(text: string, offset?: number, length?: number): number;
    latin1Write(text: string, offset?: number, length?: number): number;
  }
}

/** The empty buffer, shared; never written to. */
export const EMPTY_BYTES: Buffer = Buffer.alloc(0);

/**
 * A string that identifies a key's bytes in a `Map` (one character per byte). Equal bytes give equal strings, and the
 * order of the strings is the unsigned order of the bytes.
 */
export function bytesToMapKey(bytes: Buffer): string {
  return bytes.latin1Slice(0, bytes.length);
}

/** The bytes behind a map key made by {@link bytesToMapKey}. */
export function mapKeyToBytes(key: string): Buffer {
  return Buffer.from(key, 'latin1');
}

/** Reads a signed 64-bit big-endian integer as a number; exact within ±2^53. */
export function readInt64(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * 4_294_967_296 + bytes.readUInt32BE(at + 4);
}

/** Writes a safe integer as signed 64-bit big-endian. */
export function writeInt64(bytes: Buffer, value: number, at: number): void {
  bytes.writeInt32BE(Math.floor(value / 4_294_967_296), at);
  bytes.writeUInt32BE(value - Math.floor(value / 4_294_967_296) * 4_294_967_296, at + 4);
}
