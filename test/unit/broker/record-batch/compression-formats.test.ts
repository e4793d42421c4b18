import { describe, expect, it } from '@jest/globals';
import { compress, decompress } from '../../../../src/broker/record-batch/compression.js';
import { openNodeZstd, openWasmZstd } from '../../../../src/broker/record-batch/zstd.js';

const text = Buffer.from('millrace '.repeat(20_000));

describe('compressed bytes', () => {
  it('of snappy are framed as Java frames them, in blocks of 32 KiB', () => {
    const framed = compress('snappy', text);
    expect(framed.subarray(0, 16).toString('hex')).toBe('82534e4150505900' + '00000001' + '00000001');
    expect(decompress('snappy', framed).equals(text)).toBe(true);
  });

  it('of snappy are read without framing too', () => {
    // "abcabcabc..." as one raw block: length 12, literal "abc", copy of 9 from 3 back
    const raw = Buffer.from([12, 2 << 2, 0x61, 0x62, 0x63, ((9 - 4) << 2) | 1, 3]);
    expect(decompress('snappy', raw).toString()).toBe('abcabcabcabc');
  });

  it('of lz4 are a frame with independent blocks, which Java requires', () => {
    const frame = compress('lz4', text);
    expect(frame.readUInt32LE(0)).toBe(0x184d2204);
    expect((frame[4] ?? 0) & 0x20).toBe(0x20);
  });

  it('of zstd are read when the frame does not say how long its content is', () => {
    // 4 MiB of zeros in 128 KiB run-length blocks, without a content size, as Java streams them.
    const blocks = Array.from({ length: 32 }, (_, i) => {
      const header = ((128 * 1024) << 3) | (1 << 1) | (i === 31 ? 1 : 0);
      return Buffer.from([header & 255, (header >> 8) & 255, (header >> 16) & 255, 0]);
    });
    const frame = Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58]), ...blocks]);
    for (const zstd of [openNodeZstd(), openWasmZstd()]) {
      if (zstd) expect(zstd.decompress(frame).equals(Buffer.alloc(4 << 20))).toBe(true);
    }
  });
});
