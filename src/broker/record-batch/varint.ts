/**
 * Zigzag varints of the record format: little-endian groups of seven bits, the sign in the lowest bit. Lengths and
 * offset deltas have 32 bits; time deltas 64, of which numbers hold 53.
 */

/** Reads varints one after the other; `at` moves along. */
export class VarintReader {
  bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  /** A 32-bit varint. Past the end of the bytes it reads zeros. */
  int32(): number {
    const { bytes } = this;
    // Out-of-range reads give undefined, which the bit operators turn into 0; the caller compares `at` with its end.
    let byte = bytes[this.at++] as number;
    if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1);
    let raw = byte & 0x7f;
    let shift = 7;
    do {
      byte = bytes[this.at++] as number;
      raw |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte >= 0x80);
    return (raw >>> 1) ^ -(raw & 1);
  }

  /** A 64-bit varint as a number; exact within ±2^53. */
  int64(): number {
    const { bytes } = this;
    let byte = bytes[this.at++] as number;
    if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1);
    let low = byte & 0x7f;
    let shift = 7;
    do {
      byte = bytes[this.at++] as number;
      low |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte >= 0x80 && shift < 28);
    if (byte < 0x80) return (low >>> 1) ^ -(low & 1);
    return this.highPart(low);
  }

  /** Goes on after the first 28 bits, where bit operators no longer reach. */
  private highPart(low: number): number {
    let high = 0;
    let unit = 1;
    let byte: number;
    do {
      byte = this.bytes[this.at++] as number;
      high += (byte & 0x7f) * unit;
      unit *= 128;
    } while (byte >= 0x80);
    const magnitude = high * 0x8000000 + (low >>> 1);
    return low & 1 ? -magnitude - 1 : magnitude;
  }
}

/** Bytes that a 32-bit varint takes. */
export function sizeOfInt32(value: number): number {
  const raw = ((value << 1) ^ (value >> 31)) >>> 0;
  if (raw < 0x80) return 1;
  if (raw < 0x4000) return 2;
  if (raw < 0x200000) return 3;
  return raw < 0x10000000 ? 4 : 5;
}

/** Bytes that a 64-bit varint of a safe integer takes. */
export function sizeOfInt64(value: number): number {
  let rest = value < 0 ? -value - 1 : value;
  let size = 1;
  for (rest = Math.floor(rest / 64); rest > 0; rest = Math.floor(rest / 128)) size++;
  return size;
}

/** Writes a 32-bit varint and gives the position after it. */
export function writeInt32Varint(bytes: Uint8Array, value: number, at: number): number {
  let raw = ((value << 1) ^ (value >> 31)) >>> 0;
  while (raw >= 0x80) {
    bytes[at++] = (raw & 0x7f) | 0x80;
    raw >>>= 7;
  }
  bytes[at++] = raw;
  return at;
}

/** Writes a safe integer as a 64-bit varint and gives the position after it. */
export function writeInt64Varint(bytes: Uint8Array, value: number, at: number): number {
  if (value >= -0x40000000 && value < 0x40000000) return writeInt32Varint(bytes, value, at);
  const magnitude = value < 0 ? -value - 1 : value;
  let rest = Math.floor(magnitude / 64);
  bytes[at++] = ((magnitude % 64) << 1) | (value < 0 ? 1 : 0) | 0x80;
  while (rest >= 0x80) {
    bytes[at++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  bytes[at++] = rest;
  return at;
}
