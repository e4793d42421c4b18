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

/** Copies bytes. A short run is copied by a loop, which is faster than a call out of JavaScript. */
export function copyBytes(source: Buffer, from: number, target: Buffer, to: number, length: number): void {
  if (length > 64) source.copy(target, to, from, from + length);
  else for (let i = 0; i < length; i++) target[to + i] = source[from + i] as number; // both are long enough
}

/** FNV-1a of some bytes, with the high bits mixed into the low ones, which are those that choose a place in a table. */
export function hashBytes(source: Buffer, start: number, end: number): number {
  let sum = 0x811c9dc5;
  for (let at = start; at < end; at++) sum = Math.imul(sum ^ (source[at] as number), 0x01000193); // within bounds
  return sum ^ (sum >>> 15);
}

/** Buffers to be used again and again, one for each length: to make one costs more than to fill it. */
export class ScratchBuffers {
  /** Longer buffers are made each time: the lengths in use would be many. */
  static readonly MAX_BYTES = 256;
  private readonly byLength: (Buffer | undefined)[] = [];

  /** A buffer of this length; what it held is of no meaning. The caller gives it up before it asks for another. */
  ofLength(length: number): Buffer {
    if (length > ScratchBuffers.MAX_BYTES) return Buffer.allocUnsafe(length);
    return (this.byLength[length] ??= Buffer.allocUnsafeSlow(length));
  }
}
