import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MemoryBase } from '../../../src/state/memory/memory-base.js';
import { BARE_KEYS } from '../../../src/state/base.js';
import { RestoredRows } from '../../../src/state/restored-rows.js';
import { writeInt64 } from '../../../src/util/bytes.js';

const bytes = (maxLength: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));
const rows = fc.array(
  fc.record({ key: bytes(2), value: fc.option(bytes(400)), time: fc.option(fc.nat(), { nil: undefined }) }),
  { maxLength: 200 },
);

function rowOf(value: Buffer, time: number | undefined): Buffer {
  if (time === undefined) return value;
  const head = Buffer.alloc(8);
  writeInt64(head, time, 0);
  return Buffer.concat([head, value]);
}

it('moves to the base what a map of the same writes would hold, batch after batch', () => {
  fc.assert(
    fc.property(fc.array(rows, { maxLength: 3 }), (batches) => {
      const [restored, base, truth] = [new RestoredRows(), new MemoryBase(BARE_KEYS), new Map<string, string>()];
      for (const batch of batches) {
        const touched = new Set<string>();
        for (const { key, value, time } of batch) {
          const source = Buffer.concat([Buffer.of(7), key, value ?? Buffer.alloc(0), Buffer.of(7)]);
          const keyEnd = 1 + key.length;
          restored.put(source, 1, keyEnd, value === null ? -1 : keyEnd, source.length - 1, time);
          touched.add(key.toString('hex'));
          if (value === null) truth.delete(key.toString('hex'));
          else truth.set(key.toString('hex'), rowOf(value, time).toString('hex'));
        }
        let moved = 0;
        restored.moveTo(base, undefined, () => moved++);
        expect([moved, restored.byteLength]).toEqual([touched.size, 0]);
      }
      const held = [...base.entries()].map(([key, value]) => [Buffer.from(key, 'latin1').toString('hex'), value.toString('hex')] as const); // prettier-ignore
      expect(new Map(held)).toEqual(truth);
    }),
  );
});

it('holds a key that comes many times in the place of one', () => {
  const restored = new RestoredRows();
  for (let i = 0; i < 100_000; i++) {
    const source = Buffer.from(`key-${i % 1_000}`.padEnd(10) + String(i).padStart(10));
    restored.put(source, 0, 10, 10, 20, undefined);
  }
  expect(restored.byteLength).toBe(1_000 * 20);
});
