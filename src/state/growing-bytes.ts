/** Buffers that bytes grow in: what is behind their end there belongs to nobody else. */
const growing = new WeakSet<ArrayBufferLike>();

/**
 * Bytes with room for more behind them, in the same memory if it can be: bytes that were written never change, so whoever
 * reads the shorter ones may hold on to them.
 * @param maxLength no more memory is taken in advance than this
 */
export function grownTo(bytes: Buffer | null, length: number, maxLength: number): Buffer {
  if (bytes !== null && growsTo(bytes, length)) return Buffer.from(bytes.buffer, 0, length);
  // Doubles, so that little is taken where little is written.
  const target = Buffer.allocUnsafeSlow(Math.max(length, Math.min(2 * length, maxLength)));
  growing.add(target.buffer);
  bytes?.copy(target, 0);
  return target.subarray(0, length);
}

function growsTo({ buffer, byteOffset }: Buffer, length: number): boolean {
  return byteOffset === 0 && buffer.byteLength >= length && growing.has(buffer);
}
