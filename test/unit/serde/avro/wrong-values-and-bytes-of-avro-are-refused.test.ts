import { describe, expect, it } from '@jest/globals';
import Big from 'big.js';
import { avro } from '../../../../src/serde/index.js';

const Sale = avro.record('Sale', {
  amount: avro.decimal(6, 2),
  day: avro.optional(avro.date()),
  at: avro.timestampMillis(),
});
const serde = avro.bare(Sale);
const sale = { amount: new Big(1), day: '2026-01-31', at: 5 };

describe('a value that is not of its schema', () => {
  it.each<[string, object, string]>([
    [
      'a decimal with more digits behind the point',
      { ...sale, amount: new Big('1.234') },
      '"amount" is not of type decimal',
    ],
    [
      'a decimal with more digits than it may have',
      { ...sale, amount: new Big('12345.67') },
      '"amount" is not of type decimal',
    ],
    ['a number for a decimal', { ...sale, amount: 1 }, '"amount" is not of type decimal'],
    ['a day that does not exist', { ...sale, day: '2026-02-30x' }, '"day" is not of type date'],
    ['another type than those of a union', { ...sale, day: 5 }, '"day" is not a union'],
    ['half a millisecond', { ...sale, at: 0.5 }, '"at" is not of type long'],
    ['a field that is missing', { amount: new Big(1), day: null }, '"at" is not of type long'],
  ])('is refused with the field named: %s', (_, value, message) => {
    expect(() => serde.serialize(value as typeof sale)).toThrow(message);
  });
});

describe('bytes that are not of the schema', () => {
  const bytes = serde.serialize(sale);

  it.each<[string, Buffer]>([
    ['too few', bytes.subarray(0, bytes.length - 1)],
    ['too many', Buffer.concat([bytes, Buffer.of(0)])],
    ['a branch that the union does not have', Buffer.from('02640e', 'hex')],
    ['none', Buffer.alloc(0)],
  ])('are refused: %s', (_, wrong) => {
    expect(() => serde.deserialize(wrong, 0, wrong.length)).toThrow(
      expect.objectContaining({ code: 'SERDE_INVALID_BYTES' }),
    );
  });

  it('do not go on into the next record of a batch', () => {
    const batch = Buffer.concat([bytes, bytes]);
    expect(() => serde.deserialize(batch, 0, bytes.length - 1)).toThrow('does not end where its schema says');
  });
});
