import { createRequire } from 'node:module';

/** CRC-32C (Castagnoli) of the bytes, unsigned. Native where `@node-rs/crc32` loads, else {@link crc32cPortable}. */
export function crc32c(bytes: Uint8Array): number {
  implementation ??= load();
  return implementation(bytes);
}

type Checksum = (bytes: Uint8Array) => number;
let implementation: Checksum | undefined;

// The optional native module has no build for some platforms; the portable code is right everywhere.
function load(): Checksum {
  try {
    const native = createRequire(import.meta.url)('@node-rs/crc32') as { crc32c: Checksum };
    return (bytes) => (bytes.length < NATIVE_FROM_BYTES ? crc32cPortable(bytes) : native.crc32c(bytes));
  } catch {
    return crc32cPortable;
  }
}

/** Below this a call into native code costs more than it saves (measured, Node 20 and 24). */
const NATIVE_FROM_BYTES = 256;

const POLYNOMIAL = 0x82f63b78;

// Eight tables of 256, one after the other: table k advances a byte by k further zero bytes.
const TABLES = makeTables();

function makeTables(): Int32Array {
  const tables = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    tables[byte] = crc;
  }
  for (let at = 256; at < tables.length; at++) {
    const before = elementOf(tables, at - 256);
    tables[at] = elementOf(tables, before & 255) ^ (before >>> 8);
  }
  return tables;
}

/** CRC-32C in plain JavaScript, eight bytes a step (slicing-by-8). */
export function crc32cPortable(bytes: Uint8Array): number {
  const tables = TABLES;
  const length = bytes.length;
  let crc = -1;
  let i = 0;
  for (const whole = length - 7; i < whole; i += 8) {
    const first =
      crc ^
      (elementOf(bytes, i) |
        (elementOf(bytes, i + 1) << 8) |
        (elementOf(bytes, i + 2) << 16) |
        (elementOf(bytes, i + 3) << 24));
    crc =
      elementOf(tables, 1792 + (first & 255)) ^
      elementOf(tables, 1536 + ((first >>> 8) & 255)) ^
      elementOf(tables, 1280 + ((first >>> 16) & 255)) ^
      elementOf(tables, 1024 + (first >>> 24)) ^
      elementOf(tables, 768 + elementOf(bytes, i + 4)) ^
      elementOf(tables, 512 + elementOf(bytes, i + 5)) ^
      elementOf(tables, 256 + elementOf(bytes, i + 6)) ^
      elementOf(tables, elementOf(bytes, i + 7));
  }
  for (; i < length; i++) crc = elementOf(tables, (crc ^ elementOf(bytes, i)) & 255) ^ (crc >>> 8);
  return ~crc >>> 0;
}

// The index is in range by construction.
function elementOf(numbers: Uint8Array | Int32Array, index: number): number {
  return numbers[index] as number;
}
