/*
 * The framing of xerial's SnappyOutputStream, in which Java's Kafka client and brokers write snappy:
 *
 *    0 bytes  82 'S' 'N' 'A' 'P' 'P' 'Y' 00
 *    8 int32  version = 1
 *   12 int32  lowest compatible version = 1
 *   16        blocks: int32 length, then that many bytes of raw snappy
 *
 * librdkafka and others write one raw block without any framing; both are read.
 */

const MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const FRAMING_BYTES = 16;
/** Java's block size, before compression. */
const BLOCK_BYTES = 32 * 1024;

/** Snappy's raw block format. */
export interface RawSnappy {
  compress(bytes: Buffer): Buffer;
  decompress(bytes: Buffer): Buffer;
}

/** Compresses into xerial's framing. */
export function frameSnappy(bytes: Buffer, raw: RawSnappy): Buffer {
  const header = Buffer.alloc(FRAMING_BYTES);
  MAGIC.copy(header);
  header.writeInt32BE(1, 8);
  header.writeInt32BE(1, 12);
  const parts: Buffer[] = [header];
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    const block = raw.compress(bytes.subarray(at, at + BLOCK_BYTES));
    const length = Buffer.allocUnsafe(4);
    length.writeInt32BE(block.length);
    parts.push(length, block);
  }
  return Buffer.concat(parts);
}

/** Decompresses framed or raw snappy. */
export function unframeSnappy(bytes: Buffer, raw: RawSnappy): Buffer {
  if (bytes.length < FRAMING_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return raw.decompress(bytes);
  const parts: Buffer[] = [];
  for (let at = FRAMING_BYTES; at < bytes.length;) {
    const length = bytes.readInt32BE(at);
    parts.push(raw.decompress(bytes.subarray(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  const [only] = parts;
  return parts.length === 1 && only ? only : Buffer.concat(parts);
}
