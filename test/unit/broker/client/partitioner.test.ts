import { describe, expect, it } from '@jest/globals';
import { murmur2, partitionForKey } from '../../../../src/broker/client/partitioner.js';
import { murmur2Vectors } from './murmur2-vectors.js';

describe("a key's partition", () => {
  it.each(murmur2Vectors)('of the key "%s" is the one that Kafka gives it', (keyHex, hash, of3, of12, of1000) => {
    const key = Buffer.from(keyHex, 'hex');
    expect(murmur2(key)).toBe(hash);
    expect([3, 12, 1000].map((count) => partitionForKey(key, count))).toEqual([of3, of12, of1000]);
  });
});
