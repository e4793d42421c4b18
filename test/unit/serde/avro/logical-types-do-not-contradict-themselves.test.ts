import { describe, expect, it } from '@jest/globals';
import Big from 'big.js';
import { avro } from '../../../../src/serde/index.js';
import { compileAvro, compileWriter } from '../../../../src/serde/avro/compile-avro.js';
import { avroReader } from '../../../../src/serde/avro/avro-bytes.js';

const refusal = (message: string): unknown =>
  expect.objectContaining({ code: 'AVRO_SCHEMA_INVALID', message: expect.stringContaining(message) });

describe('a logical type that contradicts itself', () => {
  it.each<[number, number, string]>([
    [2, 5, 'decimal(2, 5) is no logical type of Avro: its scale (5) is greater than its precision (2)'],
    [0, 0, 'its precision is a whole number above 0'],
    [1.5, 0, 'its precision is a whole number above 0'],
    [4, -1, 'its scale is a whole number, 0 or above'],
    [4, NaN, 'its scale is a whole number, 0 or above'],
  ])('is refused where it is declared: decimal(%d, %d)', (precision, scale, message) => {
    expect(() => avro.decimal(precision, scale)).toThrow(refusal(message));
  });

  it.each<[object, string]>([
    [{ type: 'bytes', logicalType: 'decimal', precision: 2, scale: 5 }, 'greater than its precision'],
    [{ type: 'bytes', logicalType: 'decimal' }, 'its precision is a whole number above 0'],
    [{ type: 'fixed', name: 'F', size: 2, logicalType: 'decimal', precision: 5 }, '"F" is no logical type of Avro: 2'],
    [{ type: 'string', logicalType: 'decimal', precision: 5 }, 'it is over bytes or fixed, not over "string"'],
    [{ type: 'long', logicalType: 'date' }, 'it is over int, not over "long"'],
    [{ type: 'int', logicalType: 'timestamp-millis' }, 'it is over long, not over "int"'],
    [{ type: 'fixed', name: 'D', size: 8, logicalType: 'duration' }, 'it takes 12 bytes'],
    [{ type: 'array', items: { type: 'int', logicalType: 'uuid' } }, 'it is over string or fixed'],
    [
      { type: 'record', name: 'R', fields: [{ name: 'f', type: ['null', { type: 'string', logicalType: 'date' }] }] },
      'it is over int',
    ],
  ])('is refused in a schema from JSON: %j', (schema, message) => {
    expect(() => avro.schema(schema)).toThrow(refusal(message));
  });

  it('is one of the user when Avro has none of that name, and nobody minds', () => {
    const serde = avro.bare(avro.schema<string>({ type: 'string', logicalType: 'colour' }));
    expect(serde.serialize('red').toString('hex')).toBe('06726564');
  });

  it('is read as the type underneath when others wrote it, as Avro has it', () => {
    const written = compileWriter({ type: 'bytes', logicalType: 'decimal', precision: 2, scale: 5 }, []);
    const read = avroReader<Buffer>(compileAvro('bytes'), written);
    expect(read(Buffer.from('0201', 'hex'), 0, 2)).toEqual(Buffer.of(1));
  });
});

describe('a decimal over fixed', () => {
  it('has as many digits as any number of its bytes', () => {
    const json = { type: 'fixed', name: 'F', size: 2, logicalType: 'decimal', precision: 4, scale: 1 };
    const serde = avro.bare(avro.schema<Big>(json));
    expect(serde.serialize(new Big('-999.9')).toString('hex')).toBe('d8f1');
  });
});
