import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RowCache } from '../../../src/state/leveldb/row-cache.js';

const key = (name: number | string): Buffer => Buffer.from(`k${name}`);

describe('the row cache', () => {
  it('gives what was set last, or says that it does not know', () => {
    const write = fc.record({
      key: fc.nat(40),
      value: fc.option(fc.uint8Array({ maxLength: 100 }), { nil: null }),
      operation: fc.constantFrom('set', 'set', 'get', 'get', 'delete', 'clear'),
    });
    fc.assert(
      fc.property(fc.constantFrom(0, 300, 3_000), fc.array(write, { maxLength: 400 }), (maxBytes, writes) => {
        const cache = new RowCache(maxBytes);
        const model = new Map<number, Buffer | null>();
        for (const { key: name, value, operation } of writes) {
          const bytes = value === null ? null : Buffer.from(value);
          if (operation === 'clear' && name < 5) cache.clear();
          if (operation === 'delete') cache.delete(key(name));
          if (operation === 'set') cache.set(key(name), bytes);
          if (operation === 'set') model.set(name, bytes);
          const found = cache.get(key(name));
          if (operation === 'delete') expect(found).toBeUndefined();
          if (found !== undefined) expect(found).toEqual(model.get(name));
        }
      }),
    );
  });

  it('knows an absent row from an unknown one', () => {
    const cache = new RowCache(10_000);
    cache.set(key('absent'), null);
    expect([cache.get(key('absent')), cache.get(key('unknown'))]).toEqual([null, undefined]);
  });

  it('gives buffers of their own, and keeps none', () => {
    const cache = new RowCache(10_000);
    const value = Buffer.from('before');
    cache.set(key(1), value);
    value.fill(0);
    const first = cache.get(key(1));
    cache.set(key(1), Buffer.from('behind'));
    expect([String(first), String(cache.get(key(1)))]).toEqual(['before', 'behind']);
  });

  it('keeps a row that is used again and again while thousands pass by', () => {
    const cache = new RowCache(20_000);
    cache.set(key('hot'), Buffer.from('value'));
    let found = 0;
    for (let at = 0; at < 5_000; at++) {
      cache.set(key(at), Buffer.from('value'));
      if (cache.get(key('hot')) === undefined) cache.set(key('hot'), Buffer.from('value'));
      else found++;
    }
    expect(found).toBeGreaterThan(4_800);
  });

  it('holds most of what fits', () => {
    const cache = new RowCache(100 * 100);
    for (let at = 0; at < 100; at++) cache.set(key(at), Buffer.alloc(32));
    const held = Array.from({ length: 100 }, (_, at) => cache.get(key(at))).filter(Boolean);
    expect(held.length).toBeGreaterThan(75);
  });
});
