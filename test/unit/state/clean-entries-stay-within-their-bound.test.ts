import { describe, expect, it } from '@jest/globals';
import { MemoryBase } from '../../../src/state/memory/memory-base.js';
import { BARE_KEYS } from '../../../src/state/base.js';
import { Entry } from '../../../src/state/overlay/entry.js';
import { Overlay } from '../../../src/state/overlay/overlay.js';
import { OverlayMemory } from '../../../src/state/overlay/overlay-memory.js';

/** Rows in memory that count their reads, and say that these are worth keeping. */
function countingBase() {
  const rows = new MemoryBase(BARE_KEYS);
  const base = {
    reads: 0,
    worthKeeping: true,
    get(mapKey: string): Buffer | undefined {
      base.reads++;
      return rows.get(mapKey);
    },
    snapshot: () => rows.snapshot(),
    count: () => rows.count(),
  };
  return { rows, base };
}

function setUp(maxCleanBytes: number, count: number) {
  const { rows, base } = countingBase();
  for (let at = 0; at < count; at++) rows.put(undefined, `k${at}`, Buffer.from(`k${at}`), Buffer.from(`v${at}`));
  const memory = new OverlayMemory(maxCleanBytes);
  const overlay = new Overlay(base, memory, false);
  const entry = (key: string): Entry => overlay.find(key) ?? new Entry(overlay, key, Buffer.from(key));
  const read = (key: string): string | undefined => overlay.read(entry(key))?.toString();
  return { base, memory, overlay, entry, read };
}

describe('clean entries', () => {
  it('answer what was read before without the base, absent keys too', () => {
    const { base, read } = setUp(100_000, 1);
    for (let round = 0; round < 3; round++) expect([read('k0'), read('absent')]).toEqual(['v0', undefined]);
    expect(base.reads).toBe(2);
  });

  it('stay within their bound, and tell the truth whether compact, evicted or not', () => {
    const { memory, read } = setUp(20_000, 500);
    for (let round = 0; round < 3; round++) {
      for (let at = 0; at < 500; at++) {
        expect(read(`k${(at * 7) % 500}`)).toBe(`v${(at * 7) % 500}`);
        expect(memory.cleanBytes).toBeLessThanOrEqual(20_000);
      }
    }
  });

  it('outlive others when they are read again and again', () => {
    const { base, read } = setUp(20_000, 500);
    read('k0');
    for (let at = 1; at < 500; at++) {
      read(`k${at}`);
      read('k0');
    }
    expect(base.reads).toBe(500);
  });

  it('count nothing after every change was applied and evicted, or aborted', () => {
    const { memory, overlay, entry } = setUp(0, 0);
    overlay.write(entry('a'), Buffer.from('1'), -1);
    overlay.writeCached(entry('b'), Buffer.from('2'), -1, undefined);
    overlay.freeze();
    overlay.applied();
    expect(memory.uncommittedBytes).toBe(memory.cachedBytes);
    overlay.abort();
    expect([memory.uncommittedBytes, memory.cachedBytes, memory.cleanBytes]).toEqual([0, 0, 0]);
  });
});
