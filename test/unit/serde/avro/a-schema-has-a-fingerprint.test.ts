import { describe, expect, it } from '@jest/globals';
import { avro, type AvroSchema } from '../../../../src/serde/index.js';

const textOf = (schema: AvroSchema<unknown>): string | undefined => avro.bare(schema).schema?.text;
const fingerprintOf = (schema: AvroSchema<unknown>): bigint | undefined =>
  avro.bare(schema).schema?.fingerprint.readBigInt64LE();

describe('the schema of bare Avro', () => {
  it.each<[AvroSchema<unknown>, bigint]>([
    [avro.null(), 7195948357588979594n],
    [avro.boolean(), -6970731678124411036n],
    [avro.int(), 8247732601305521295n],
    [avro.long(), -3434872931120570953n],
    [avro.schema('{"name":"foo","type":"record","fields":[]}'), -4824392279771201922n],
  ])('has the fingerprint that Avro gives it (%#)', (schema, fingerprint) => {
    expect(fingerprintOf(schema)).toBe(fingerprint);
  });

  it('is told by what decides its bytes, and what they stand for', () => {
    const schema = avro.record('shop.Sale', {
      amount: avro.field(avro.decimal(6, 2), { doc: 'in euros', aliases: ['total'] }),
      kind: avro.enum('Kind', ['web', 'shop'], { default: 'web' }),
      other: avro.optional(avro.named('Kind')),
    });
    const fields = [
      '{"name":"amount","type":{"type":"bytes","logicalType":"decimal","precision":6,"scale":2}}',
      '{"name":"kind","type":{"name":"shop.Kind","type":"enum","symbols":["web","shop"]}}',
      '{"name":"other","type":["null","shop.Kind"]}',
    ];
    expect(textOf(schema)).toBe(`{"name":"shop.Sale","type":"record","fields":[${fields.join(',')}]}`);
  });

  it('holds the schemas that it refers to', () => {
    const line = avro.record('shop.Line', { amount: avro.int() });
    const json = { type: 'record', name: 'shop.Sale', fields: [{ name: 'line', type: 'Line' }] };
    const inside = avro.record('shop.Sale', { line });
    expect(textOf(avro.schema(json, { references: [line] }))).toBe(textOf(inside));
  });
});
