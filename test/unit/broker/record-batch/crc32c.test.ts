import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { crc32c, crc32cPortable } from '../../../../src/broker/record-batch/crc32c.js';

describe('CRC-32C', () => {
  it.each([
    ['', 0],
    ['123456789', 0xe3069283],
    ['The quick brown fox jumps over the lazy dog', 0x22620404],
  ])('of "%s" is the published one', (text, expected) => {
    expect(crc32c(Buffer.from(text))).toBe(expected);
    expect(crc32cPortable(Buffer.from(text))).toBe(expected);
  });

  it('is the same with and without native code', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
        expect(crc32c(bytes)).toBe(crc32cPortable(bytes));
      }),
    );
  });
});
