import { describe, expect, it } from '@jest/globals';
import Big from 'big.js';
import fc from 'fast-check';
import { avro, type AvroSchema } from '../../../../src/serde/index.js';

const Card = avro.record('Card', { last4: avro.string() });
const Cash = avro.record('Cash', { change: avro.optional(avro.decimal(6, 2)) });
const Kind = avro.enum('Kind', ['online', 'store']);

function readBack<T>(schema: AvroSchema<T>, value: T): T {
  const serde = avro.bare(schema);
  const bytes = serde.serialize(value);
  const among = Buffer.concat([Buffer.from('before'), bytes, Buffer.from('after')]);
  return serde.deserialize(among, 6, 6 + bytes.length);
}

describe('a value in Avro', () => {
  it.each<[string, AvroSchema<unknown>, unknown]>([
    ['text', avro.string(), 'Köln \u{1F642}'],
    ['a boolean', avro.boolean(), true],
    ['a small integer', avro.int(), -7],
    ['a long', avro.long(), 2 ** 52],
    ['a long of 64 bits', avro.int64(), -(2n ** 63n)],
    ['a double', avro.double(), 0.1],
    ['bytes', avro.bytes(), Buffer.from('abc')],
    ['null', avro.null(), null],
    ['a decimal', avro.decimal(12, 2), new Big('-1234.50')],
    ['a decimal of many digits', avro.decimal(40, 10), new Big('123456789012345678901234567890.0123456789')],
    ['a day', avro.date(), '1969-12-31'],
    ['a time of day', avro.timeMillis(), 86_399_999],
    ['milliseconds', avro.timestampMillis(), 1_700_000_000_000],
    ['microseconds', avro.timestampMicros(), 2n ** 60n],
    ['a UUID', avro.uuid(), '123e4567-e89b-12d3-a456-426614174000'],
    ['one of some texts', Kind, 'store'],
    ['fixed bytes', avro.fixed('Hash', 3), Buffer.from('abc')],
    ['a list', avro.array(avro.int()), [1, 2, 3]],
    ['an object of any names', avro.map(avro.date()), { born: '2000-02-29' }],
    ['an optional value', avro.optional(avro.decimal(4, 1)), new Big('1.5')],
    ['an optional value that is absent', avro.optional(avro.int64()), null],
    ['one of several types', avro.union(avro.string(), avro.int64()), 5n],
    ['one of several records', avro.oneOf('method', { Card, Cash }), { method: 'Cash', change: null }],
  ])('is read as written: %s', (_, schema, value) => {
    const read = readBack(schema, value);
    expect(read instanceof Big ? read.toFixed() : read).toEqual(value instanceof Big ? value.toFixed() : value);
  });

  it('is of its schema also where it nests', () => {
    const Sale = avro.record('shop.Sale', {
      seller: avro.string(),
      kind: Kind,
      refund: avro.record('Refund', { kind: Kind, paid: avro.oneOf('method', { Card, Cash }) }),
    });
    const sale = {
      seller: 's1',
      kind: 'store',
      refund: { kind: 'online', paid: { method: 'Card', last4: '1234' } },
    } as const;
    expect(readBack(Sale, sale)).toEqual(sale);
  });

  it('refers to itself by name', () => {
    interface Node {
      readonly value: number;
      readonly next: Node | null;
    }
    const Node = avro.record('Node', { value: avro.int(), next: avro.optional(avro.named<Node>('Node')) });
    const list: Node = { value: 1, next: { value: 2, next: null } };
    expect(readBack(Node, list)).toEqual(list);
  });

  it('is longer than what was written before', () => {
    const serde = avro.bare(avro.string());
    for (const length of [10, 5_000, 3, 100_000]) {
      const bytes = serde.serialize('x'.repeat(length));
      expect(serde.deserialize(bytes, 0, bytes.length)).toHaveLength(length);
    }
  });
});

describe('a decimal', () => {
  const digits = fc.tuple(fc.bigInt(-(10n ** 30n) + 1n, 10n ** 30n - 1n), fc.integer({ min: 0, max: 12 }));

  it('keeps every digit', () => {
    fc.assert(
      fc.property(digits, ([unscaled, scale]) => {
        const value = new Big(String(unscaled)).div(new Big(10).pow(scale));
        expect(readBack(avro.decimal(45, 12), value.round(12)).eq(value.round(12))).toBe(true);
      }),
    );
  });

  it.each([
    ['127', '7f'],
    ['128', '0080'],
    ['-128', '80'],
    ['-129', 'ff7f'],
    ['0', '00'],
    ['9223372036854775808', '008000000000000000'],
    ['-9223372036854775809', 'ff7fffffffffffffff'],
  ])("has Java's bytes: %s", (value, hex) => {
    const bytes = avro.bare(avro.decimal(30)).serialize(new Big(value));
    expect(bytes.subarray(1).toString('hex')).toBe(hex);
  });
});
