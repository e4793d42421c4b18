import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Mapped } from './mapped.js';

/** One record: its key, and for each call how long it takes and whether it fails. The last call never does. */
const asked = fc.record({
  key: fc.constantFrom('a', 'b', 'c'),
  calls: fc.array(fc.record({ takesMs: fc.integer({ min: 0, max: 50 }), fails: fc.boolean() }), { maxLength: 3 }),
});
const limits = fc.record({
  concurrency: fc.integer({ min: 1, max: 4 }),
  maxPending: fc.integer({ min: 1, max: 6 }),
  order: fc.constantFrom('key' as const, 'none' as const),
});
const TIMEOUT_MS = 40;
const STEP_MS = 10;

describe('whatever calls take, and however often they fail', () => {
  it('each record has one result, in the order of its key, and no more calls are under way than may be', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(asked, { maxLength: 12 }), limits, async (records, options) => {
        const mapped = await Mapped.start({
          ...options,
          timeout: TIMEOUT_MS,
          retry: { attempts: Infinity, maxDelay: 20 },
        });
        const world = new World(mapped, records);
        for (const [index, { key }] of records.entries()) await mapped.input.pipe(key, String(index));
        while (mapped.written().length < records.length) {
          await world.step();
          expect(world.underWay.length).toBeLessThanOrEqual(options.concurrency);
          if (options.order === 'key')
            expect(new Set(world.underWay.map(({ key }) => key)).size).toBe(world.underWay.length);
        }
        const truth = records.map(({ key }, index) => `${key}=${String(index)}!`);
        const inOrder = (lines: readonly string[]) =>
          ['a', 'b', 'c'].map((key) => lines.filter((line) => line.startsWith(key)));
        if (options.order === 'key') expect(inOrder(mapped.written())).toEqual(inOrder(truth));
        expect(mapped.written().toSorted()).toEqual(truth.toSorted());
        await mapped.driver.close();
      }),
      { numRuns: 30 },
    );
  }, 120_000);
});

/** Ends calls when their time has come. */
class World {
  readonly #endsAt = new Map<object, number>();
  readonly #ended = new Set<object>();

  constructor(
    private readonly mapped: Mapped,
    private readonly records: readonly { calls: readonly { takesMs: number; fails: boolean }[] }[],
  ) {}

  /** Calls that have neither ended nor timed out. */
  get underWay() {
    return this.mapped.calls.made.filter((call) => !call.signal.aborted && !this.#ended.has(call));
  }

  async step(): Promise<void> {
    const { driver } = this.mapped;
    for (const call of this.underWay) {
      const { takesMs = 0, fails = false } = this.records[Number(call.value)]?.calls[call.attempt - 1] ?? {};
      const endsAt = this.#endsAt.get(call) ?? driver.nowMs + takesMs;
      this.#endsAt.set(call, endsAt);
      if (endsAt > driver.nowMs) continue;
      this.#ended.add(call);
      if (fails) call.reject(new Error('not now'));
      else call.resolve(`${call.value}!`);
    }
    await this.mapped.pass(STEP_MS);
  }
}
