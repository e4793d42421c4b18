/*
 * CRC-64-AVRO, the Rabin fingerprint of Avro's specification: 8 bytes, little-endian, as Avro's single-object encoding has
 * them.
 */

const EMPTY = 0xc15d213aa4d7a795n;
const FINGERPRINT_BYTES = 8;

let table: readonly bigint[] | undefined;

/** The fingerprint of a text's UTF-8. */
export function fingerprintOf(text: string): Buffer {
  table ??= Array.from({ length: 256 }, (_, byte) => shifted(BigInt(byte)));
  let fingerprint = EMPTY;
  for (const byte of Buffer.from(text, 'utf8')) {
    fingerprint = (fingerprint >> 8n) ^ (table[Number(fingerprint & 0xffn) ^ byte] ?? 0n);
  }
  const bytes = Buffer.allocUnsafeSlow(FINGERPRINT_BYTES);
  bytes.writeBigUInt64LE(fingerprint);
  return bytes;
}

function shifted(byte: bigint): bigint {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = (value >> 1n) ^ (EMPTY & -(value & 1n));
  return value;
}
