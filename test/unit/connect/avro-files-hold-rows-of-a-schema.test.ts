import { describe, expect, it } from '@jest/globals';
import avsc from 'avsc';
import Big from 'big.js';
import { avroFile, type AvroCodec } from '../../../src/connect/files/avro-file.js';
import { avro } from '../../../src/serde/avro/avro.js';
import type { AvroSchema } from '../../../src/serde/avro/avro-schema.js';
import { readAvro } from '../../support/files/read-avro.js';

const Sale = avro.record('shop.Sale', {
  id: avro.int64(),
  amount: avro.decimal(30, 2),
  at: avro.timestampMillis(),
  note: avro.optional(avro.string()),
});

function sale(serial: number): (typeof Sale)['valueType'] {
  return { id: BigInt(serial), amount: new Big(`${serial}.25`), at: serial, note: serial % 2 ? 'odd' : null };
}

/** A file of the rows, which come in batches of 500. */
async function fileOf<T>(schema: AvroSchema<T>, rows: readonly T[], codec?: AvroCodec): Promise<Buffer> {
  const encoding = await avroFile({ schema, codec }).load();
  const encoder = encoding.begin();
  const prepared = rows.map((row) => encoding.prepare(row));
  const parts: Uint8Array[] = [];
  for (let i = 0; i < rows.length; i += 500) parts.push(encoder.encode(prepared.slice(i, i + 500)));
  return Buffer.concat([...parts, encoder.finish()]);
}

describe('an Avro file', () => {
  it.each(['deflate', 'null'] as const)('gives back its rows in their order, with the codec %s', async (codec) => {
    const rows = Array.from({ length: 12_000 }, (_, serial) => sale(serial));
    const read = await readAvro(await fileOf(Sale, rows, codec), Sale);
    expect(read.length).toBe(rows.length);
    expect(read[11_999]).toEqual(rows[11_999]);
    expect(read.map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
  });

  it('holds decimals of more digits than numbers have', async () => {
    const row = { ...sale(1), amount: new Big('-1234567890123456789012345678.95') };
    expect(await readAvro(await fileOf(Sale, [row]), Sale)).toEqual([row]);
  });

  it('tells its schema to every reader, and is smaller with deflate', async () => {
    const rows = Array.from({ length: 5_000 }, (_, serial) => sale(serial));
    const [plain, deflated] = [await fileOf(Sale, rows, 'null'), await fileOf(Sale, rows)];
    expect(deflated.length).toBeLessThan(0.7 * plain.length);
    const schema = /\{"name":"shop\.Sale".*\]\}/.exec(plain.toString('latin1'))?.[0] ?? '';
    expect(avsc.Type.forSchema(JSON.parse(schema) as avsc.Schema).name).toBe('shop.Sale');
  });

  it('is the same for the same rows, so that tests can compare files', async () => {
    expect(await fileOf(Sale, [sale(1)])).toEqual(await fileOf(Sale, [sale(1)]));
  });

  it('does not take a row that is not of its schema', async () => {
    const encoding = await avroFile({ schema: Sale }).load();
    const tooLong = { ...sale(1), amount: new Big('0.125') };
    expect(() => encoding.prepare(tooLong)).toThrow('its field "amount" is not of type decimal');
  });

  it('defines what its schema refers to where that is named first, at any depth', async () => {
    const referring = (name: string, types: readonly (string | object)[], references: readonly AvroSchema<unknown>[]) =>
      avro.schema<object>(
        { type: 'record', name, fields: types.map((type, index) => ({ name: `f${index}`, type })) },
        { references },
      );
    const Plain = referring('Plain', ['int'], []); // of no namespace
    const Line = referring('shop.Line', ['Sale', { type: 'array', items: 'Sale' }], [Sale]);
    const Order = referring(
      'Order',
      [['null', 'shop.Line'], { type: 'map', values: 'Plain' }, 'shop.Sale'],
      [Line, Plain],
    );
    const row = { f0: { f0: sale(1), f1: [sale(2)] }, f1: { a: { f0: 1 } }, f2: sale(3) };
    const file = await fileOf(Order, [row], 'null');
    expect(await readAvro(file, Order)).toEqual([row]);
    const defined = [...file.toString('latin1').matchAll(/"name":"([^"]*[A-Z]\w*)"/g)].map(([, name]) => name);
    expect(defined).toEqual(['Order', 'shop.Line', 'shop.Sale', 'Plain']);
  });
});
