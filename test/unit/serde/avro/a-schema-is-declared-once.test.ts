import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { avro } from '../../../../src/serde/index.js';

const Kind = avro.enum('Kind', ['online', 'store'], { default: 'store', doc: 'where' });
const Sale = avro.record(
  'shop.Sale',
  {
    seller: avro.field(avro.string(), { aliases: ['seller_id'], doc: 'who sold' }),
    kind: avro.field(Kind, { default: 'online' }),
    before: avro.optional(Kind),
  },
  { doc: 'one sale', aliases: ['shop.Purchase'] },
);

describe('a declared schema', () => {
  it('is the JSON of an .avsc file, with each name defined once', () => {
    expect(JSON.parse(JSON.stringify(Sale))).toEqual({
      name: 'shop.Sale',
      type: 'record',
      doc: 'one sale',
      aliases: ['shop.Purchase'],
      fields: [
        { name: 'seller', type: 'string', doc: 'who sold', aliases: ['seller_id'] },
        {
          name: 'kind',
          type: { name: 'shop.Kind', type: 'enum', symbols: ['online', 'store'], default: 'store', doc: 'where' },
          default: 'online',
        },
        { name: 'before', type: ['null', 'shop.Kind'], default: null },
      ],
    });
  });

  it('may come from a file', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'avsc-')), 'sale.avsc');
    writeFileSync(path, JSON.stringify(Sale));
    const serde = avro.bare(avro.file<{ seller: string; kind: string }>(path));
    const bytes = serde.serialize({ seller: 's1', kind: 'store' });
    expect(serde.deserialize(bytes, 0, bytes.length)).toEqual({ seller: 's1', kind: 'store', before: null });
  });

  it('refers to schemas that stand for themselves', () => {
    const Refund = avro.schema<{ of: { seller: string } }>(
      { type: 'record', name: 'shop.Refund', fields: [{ name: 'of', type: 'shop.Sale' }] },
      { references: [Sale] },
    );
    const bytes = avro.bare(Refund).serialize({ of: { seller: 's1' } });
    expect(avro.bare(Refund).deserialize(bytes, 0, bytes.length).of).toMatchObject({ seller: 's1', kind: 'online' });
  });

  it('tells records of a union apart by their member "type" where it comes from JSON', () => {
    const record = (name: string, field: string): object => ({
      type: 'record',
      name,
      fields: [{ name: field, type: 'int' }],
    });
    const serde = avro.bare(avro.schema<object>(JSON.stringify([record('a.A', 'x'), record('a.B', 'y')])));
    const bytes = serde.serialize({ type: 'B', y: 5 });
    expect(serde.deserialize(bytes, 0, bytes.length)).toEqual({ type: 'B', y: 5 });
  });

  it("has the values of Avro's JSON where JavaScript cannot tell a union's branches apart", () => {
    const serde = avro.bare(avro.schema<object>('["int", "double"]'));
    const bytes = serde.serialize({ double: 5 });
    expect(serde.deserialize(bytes, 0, bytes.length)).toEqual({ double: 5 });
  });
});

describe('a schema that cannot be used', () => {
  it.each([
    ['text that is not JSON', () => avro.schema('{')],
    ['a file that is not there', () => avro.file('/nowhere/sale.avsc')],
    ['a name that nothing defines', () => avro.bare(avro.schema('{"type": "array", "items": "Sale"}'))],
    [
      'a default of another type',
      () => avro.bare(avro.record('R', { n: { type: avro.int(), default: 'x' as never } })),
    ],
    [
      'a tag that a record has as a field',
      () => avro.bare(avro.oneOf('x', { A: avro.record('A', { x: avro.int() }), B: avro.record('B', {}) })),
    ],
  ])('is refused: %s', (_, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'AVRO_SCHEMA_INVALID' }));
  });
});
