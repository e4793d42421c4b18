import { describe, expect, it } from '@jest/globals';
import { BARE_KEYS } from '../../../src/state/base.js';
import { MemoryBase } from '../../../src/state/memory/memory-base.js';
import { Entry } from '../../../src/state/overlay/entry.js';
import { Overlay } from '../../../src/state/overlay/overlay.js';
import { OverlayMemory } from '../../../src/state/overlay/overlay-memory.js';

function setUp() {
  const memory = new OverlayMemory();
  const overlay = new Overlay(new MemoryBase(BARE_KEYS), memory, false);
  const entry = (key: string): Entry => overlay.find(key) ?? new Entry(key);
  return { memory, overlay, entry };
}

describe('the bytes of an overlay', () => {
  it('are none after every change was applied or aborted', () => {
    const { memory, overlay, entry } = setUp();
    overlay.write(entry('a'), Buffer.from('1'), -1);
    overlay.writeCached(entry('b'), Buffer.from('2'), -1, undefined);
    overlay.freeze();
    overlay.applied();
    expect(memory.cachedBytes).toBe(66);
    overlay.abort();
    expect([memory.uncommittedBytes, memory.cachedBytes]).toEqual([0, 0]);
  });

  it('stay while a frozen change has been written over', () => {
    const { memory, overlay, entry } = setUp();
    overlay.write(entry('a'), Buffer.from('1'), -1);
    overlay.freeze();
    overlay.write(entry('a'), Buffer.from('22'), -1);
    overlay.applied();
    expect(memory.uncommittedBytes).toBeGreaterThan(0);
    expect(String(overlay.read(entry('a')))).toBe('22');
  });
});
