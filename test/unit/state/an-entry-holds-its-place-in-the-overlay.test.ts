import { describe, expect, it } from '@jest/globals';
import { BARE_KEYS } from '../../../src/state/base.js';
import { MemoryBase } from '../../../src/state/memory/memory-base.js';
import { Overlay } from '../../../src/state/overlay/overlay.js';
import { OverlayMemory } from '../../../src/state/overlay/overlay-memory.js';

const overlayOf = (): Overlay => new Overlay(new MemoryBase(BARE_KEYS), new OverlayMemory(), false);

describe('an entry of an overlay', () => {
  it('that was read before another one of its key was written gives way to that one', () => {
    const overlay = overlayOf();
    const held = overlay.entry('a');
    expect(overlay.read(held)).toBeNull();
    const written = overlay.entry('a');
    overlay.write(written, Buffer.from('1'), -1);
    expect(overlay.again(held)).toBe(written);
  });

  it('leaves the record cache once', () => {
    const overlay = overlayOf();
    const entry = overlay.entry('a');
    overlay.writeCached(entry, Buffer.from('1'), -1, undefined);
    overlay.takeCached(entry);
    expect(() => overlay.takeCached(entry)).toThrow('left the record cache twice');
  });

  it('holds a copy of a small value that was cut from a fetched batch, and a large one as it is', () => {
    const overlay = overlayOf();
    const batch = Buffer.alloc(100_000, 'x');
    const kept = (value: Buffer): Buffer | null => {
      overlay.write(overlay.entry('a'), value, -1);
      return overlay.read(overlay.entry('a'));
    };
    const small = kept(batch.subarray(10, 20));
    expect(String(small)).toBe('x'.repeat(10));
    expect(small?.buffer).not.toBe(batch.buffer);
    expect(kept(batch.subarray(0, 50_000))?.buffer).toBe(batch.buffer);
  });
});
