import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BoundsIndex, HEAD_ROWS } from '../../../src/state/bounds/bounds-index.js';
import { MemoryBase } from '../../../src/state/memory/memory-base.js';

const KEYS = ['a', 'ab', 'b'];
const SEGMENTS = [0, 1];

const place = fc.record({
  key: fc.constantFrom(...KEYS),
  segment: fc.constantFrom(...SEGMENTS),
  time: fc.nat(7),
});
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('add' as const, 'remove' as const), at: place }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('freeze' as const, 'apply' as const, 'abort' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** An index, and sets of `segment key time` that are changed, frozen and committed with it. */
class World {
  readonly index: BoundsIndex;
  private active = new Set<string>();
  private frozen: ReadonlySet<string> | undefined;
  private committed: ReadonlySet<string> = new Set();

  constructor(maxCleanPairs: number) {
    this.index = new BoundsIndex(new MemoryBase(HEAD_ROWS), true, maxCleanPairs);
  }

  take(now: Step): void {
    if ('at' in now) this.change(now.do, now.at);
    else if (now.do === 'freeze' && this.frozen === undefined) {
      this.index.freeze();
      this.frozen = new Set(this.active);
    } else if (now.do === 'apply' && this.frozen !== undefined) {
      this.index.stage(undefined);
      this.index.applied();
      [this.committed, this.frozen] = [this.frozen, undefined];
    } else if (now.do === 'abort') {
      this.index.reset();
      [this.active, this.frozen] = [new Set(this.committed), undefined];
    }
  }

  private change(
    what: 'add' | 'remove',
    { key, segment, time }: typeof place extends fc.Arbitrary<infer T> ? T : never,
  ): void {
    this.index[what](key, segment, time, time);
    if (what === 'add') this.active.add(`${segment} ${key} ${time}`);
    else this.active.delete(`${segment} ${key} ${time}`);
  }

  expected(): string[] {
    return [...this.active].sort();
  }

  listed(): string[] {
    const all = SEGMENTS.flatMap((segment) =>
      KEYS.flatMap((key) => {
        const bounds = this.index.bounds(key, segment);
        return Array.from({ length: bounds.size }, (_, at) => `${segment} ${key} ${bounds.firstAt(at)}`);
      }),
    );
    return all.sort();
  }
}

describe('the heads of the windows of a key', () => {
  it.each([0, 6, 1_000])('list what a set would hold, however few of them are kept in memory (%d pairs)', (kept) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const world = new World(kept);
        for (const now of steps) {
          world.take(now);
          expect(world.listed()).toEqual(world.expected());
        }
      }),
    );
  });

  it('are read from the base once, and again only when others have taken their room', () => {
    const base = new CountingBase(HEAD_ROWS);
    const index = new BoundsIndex(base, true, 6);
    for (const key of ['a', 'b', 'c']) index.add(key, 0, 1, 1);
    index.freeze();
    index.stage(undefined);
    index.applied();
    base.reads = 0;
    for (const key of ['a', 'b', 'c', 'a']) index.bounds(key, 0);
    expect(base.reads).toBe(0);
    for (const key of ['d', 'e', 'f', 'g']) index.bounds(key, 0);
    base.reads = 0;
    expect(index.bounds('a', 0).firstAt(0)).toBe(1);
    expect(base.reads).toBe(1);
  });
});

class CountingBase extends MemoryBase {
  reads = 0;

  override get(mapKey: string): Buffer | undefined {
    this.reads++;
    return super.get(mapKey);
  }
}
