import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  sizeOfInt32,
  sizeOfInt64,
  VarintReader,
  writeInt32Varint,
  writeInt64Varint,
} from '../../../../src/broker/record-batch/varint.js';

const bytes = Buffer.alloc(10);

describe('varints', () => {
  it('of 32 bits come back, in the size foretold', () => {
    fc.assert(
      fc.property(fc.integer(), (value) => {
        expect(writeInt32Varint(bytes, value, 0)).toBe(sizeOfInt32(value));
        expect(new VarintReader(bytes, 0).int32()).toBe(value);
      }),
    );
  });

  it('of 64 bits come back, in the size foretold', () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer(), fc.maxSafeInteger()), (value) => {
        const reader = new VarintReader(bytes, 0);
        expect(writeInt64Varint(bytes, value, 0)).toBe(sizeOfInt64(value));
        expect(reader.int64()).toBe(value);
        expect(reader.at).toBe(sizeOfInt64(value));
      }),
    );
  });

  it.each([
    [0, '00'],
    [-1, '01'],
    [63, '7e'],
    [-64, '7f'],
    [64, '8001'],
    [150, 'ac02'],
    [2 ** 31 - 1, 'feffffff0f'],
  ])('write %i as Java does', (value, hex) => {
    expect(bytes.subarray(0, writeInt32Varint(bytes, value, 0)).toString('hex')).toBe(hex);
    expect(bytes.subarray(0, writeInt64Varint(bytes, value, 0)).toString('hex')).toBe(hex);
  });
});
