import { describe, expect, it } from '@jest/globals';
import { divideMemory } from '../../../src/state/memory-division.js';

const MIB = 1024 * 1024;

describe('the memory of a task', () => {
  it('goes to write buffers, blocks and clean entries', () => {
    expect(divideMemory(16 * MIB, 0)).toEqual({ writeBufferSize: 4 * MIB, cacheSize: 4 * MIB, cleanBytes: 4 * MIB });
  });
  it('keeps what was committed where the record cache had it', () => {
    expect(divideMemory(16 * MIB, 10 * MIB).cleanBytes).toBe(10 * MIB);
  });
  it('never goes below what LevelDB needs to work', () => {
    expect(divideMemory(1_000, 0)).toEqual({ writeBufferSize: 256 * 1024, cacheSize: 128 * 1024, cleanBytes: 250 });
  });
});
