import { describe, expect, it } from '@jest/globals';
import Big from 'big.js';
import { avroReader } from '../../../../src/serde/avro/avro-bytes.js';
import { compileAvro, compileWriter } from '../../../../src/serde/avro/compile-avro.js';
import { avro, type AvroSchema } from '../../../../src/serde/index.js';

/** Reads with one schema what was written with another. */
function evolved<W, R>(written: AvroSchema<W>, value: W, read: AvroSchema<R>): R {
  const bytes = avro.bare(written).serialize(value);
  const reader = avroReader<R>(compileAvro(read.toJSON()), compileWriter(written.toJSON(), []));
  return reader(bytes, 0, bytes.length);
}

const Card = avro.record('Card', { last4: avro.string() });
const Cash = avro.record('Cash', { change: avro.int() });

describe('a record of an older schema', () => {
  it('gets the defaults of fields that it lacks, and loses those that are gone', () => {
    const before = avro.record('Sale', { gone: avro.string(), amount: avro.int() });
    const after = avro.record('Sale', {
      amount: avro.int(),
      note: avro.optional(avro.string()),
      kind: avro.field(avro.string(), { default: 'store' }),
    });
    expect(evolved(before, { gone: 'x', amount: 5 }, after)).toEqual({ amount: 5, note: null, kind: 'store' });
  });

  it('is found under its former names', () => {
    const before = avro.record('Purchase', { seller_id: avro.string() });
    const seller = avro.field(avro.string(), { aliases: ['seller_id'] });
    const after = avro.record('Sale', { seller }, { aliases: ['Purchase'] });
    expect(evolved(before, { seller_id: 's1' }, after)).toEqual({ seller: 's1' });
  });

  it.each<[string, AvroSchema<unknown>, unknown, AvroSchema<unknown>, unknown]>([
    ['int to long', avro.int(), 5, avro.long(), 5],
    ['int to a bigint', avro.int(), 5, avro.int64(), 5n],
    ['long to a bigint', avro.long(), 2 ** 40, avro.int64(), 2n ** 40n],
    ['a bigint to long', avro.int64(), 5n, avro.long(), 5],
    ['int to double', avro.int(), 5, avro.double(), 5],
    ['a value to an optional one', avro.date(), '2026-11-27', avro.optional(avro.date()), '2026-11-27'],
    ['int to an optional day', avro.int(), 0, avro.optional(avro.date()), '1970-01-01'],
    ['bytes to text', avro.bytes(), Buffer.from('x'), avro.string(), 'x'],
  ])('is widened: %s', (_, before, value, after, expected) => {
    expect(evolved(before, value, after)).toEqual(expected);
  });

  it('keeps a decimal of the same scale', () => {
    expect(evolved(avro.decimal(6, 2), new Big('1.5'), avro.decimal(12, 2)).toFixed()).toBe('1.5');
  });

  it('becomes a branch of a union, with its tag', () => {
    expect(evolved(Cash, { change: 5 }, avro.oneOf('method', { Card, Cash }))).toEqual({ method: 'Cash', change: 5 });
  });

  it('finds its branch where the union has grown and was put in another order', () => {
    const before = avro.oneOf('method', { Cash, Card });
    const after = avro.oneOf('paidBy', { Cheque: avro.record('Cheque', {}), Card, Cash });
    expect(evolved(before, { method: 'Card', last4: '1' }, after)).toEqual({ paidBy: 'Card', last4: '1' });
  });

  it.each<[string, AvroSchema<unknown>, AvroSchema<unknown>]>([
    ['a field without a default', avro.record('S', {}), avro.record('S', { n: avro.int() })],
    ['another type', avro.string(), avro.long()],
    ['a value that may be null as one that may not', avro.optional(avro.int()), avro.int()],
    ['a decimal of another scale', avro.decimal(6, 2), avro.decimal(6, 3)],
    ['a record of another name', avro.record('A', {}), avro.record('B', {})],
  ])('is refused when it cannot be read: %s', (_, before, after) => {
    expect(() => avroReader(compileAvro(after.toJSON()), compileWriter(before.toJSON(), []))).toThrow();
  });
});
