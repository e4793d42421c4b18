import { describe, expect, it } from '@jest/globals';
import { divideMemory } from '../../../src/state/memory-division.js';

const MIB = 1024 * 1024;

describe('the memory of a task', () => {
  it('goes to write buffers, blocks and rows', () => {
    expect(divideMemory(16 * MIB)).toEqual({ writeBufferSize: 4 * MIB, cacheSize: 4 * MIB, rowCacheBytes: 4 * MIB });
  });
  it('never goes below what LevelDB needs to work', () => {
    expect(divideMemory(1_000)).toEqual({ writeBufferSize: 256 * 1024, cacheSize: 128 * 1024, rowCacheBytes: 250 });
  });
});
