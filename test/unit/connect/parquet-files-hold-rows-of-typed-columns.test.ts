import { describe, expect, it } from '@jest/globals';
import { parquetMetadata } from 'hyparquet';
import type { FileFormat } from '../../../src/connect/files/file-format.js';
import { parquetFile, type ParquetFileOptions } from '../../../src/connect/files/parquet-file.js';
import type { ParquetColumnType } from '../../../src/connect/files/parquet-column.js';
import { readParquet } from '../../support/files/read-parquet.js';

const columns = {
  text: 'string',
  small: 'int32',
  large: 'int64',
  real: 'double',
  flag: 'boolean',
  at: 'timestamp',
  day: 'date',
  amount: 'decimal(12,2)',
  any: 'json',
} as const;

const row = {
  text: 'Köln',
  small: -5,
  large: 2n ** 63n - 1n,
  real: 0.1,
  flag: true,
  at: new Date('2026-01-31T23:59:59.999Z'),
  day: '2026-01-31',
  amount: '-1234.50',
  any: { of: [1, null, 'a'] },
};

/** A file of the rows, which come in batches of 100, and the bytes that each of them gave. */
async function write<Row>(format: FileFormat<Row>, rows: readonly Row[]): Promise<{ file: Buffer; sizes: number[] }> {
  const encoding = await format.load();
  const encoder = encoding.begin();
  const parts: Uint8Array[] = [];
  for (let i = 0; i < rows.length; i += 100) {
    parts.push(encoder.encode(rows.slice(i, i + 100).map((one) => encoding.prepare(one))));
  }
  const sizes = parts.map((part) => part.length);
  return { file: Buffer.concat([...parts, encoder.finish()]), sizes };
}

async function prepared(type: ParquetColumnType, value: unknown): Promise<unknown> {
  const encoding = await parquetFile({ columns: { it: type } }).load();
  return encoding.prepare({ it: value });
}

describe('a Parquet file', () => {
  it('gives back values of every type', async () => {
    const { file } = await write(parquetFile({ columns }), [row]);
    const read = await readParquet(file);
    const any = '{"of":[1,null,"a"]}';
    expect(read).toEqual([{ ...row, day: new Date('2026-01-31'), amount: -1234.5, any }]);
  });

  it('gives back null for null and for what is not there', async () => {
    const { file } = await write(parquetFile({ columns }), [{ ...row, amount: null, any: undefined, small: null }]);
    expect((await readParquet(file))[0]).toMatchObject({ amount: null, any: null, small: null, text: 'Köln' });
  });

  it.each<Pick<ParquetFileOptions<typeof columns>, 'rowGroup'>>([
    { rowGroup: { rows: 250 } },
    { rowGroup: { bytes: 250 * 100 } },
  ])('is written a row group at a time: $rowGroup', async ({ rowGroup }) => {
    const rows = Array.from({ length: 1_000 }, (_, small) => ({ ...row, small, text: 'x'.repeat(17), day: null }));
    const { file, sizes } = await write(parquetFile({ columns, rowGroup }), rows);
    const { row_groups } = parquetMetadata(new Uint8Array(file).buffer);
    const writtenBeforeTheEnd = sizes.filter((size) => size > 100);
    expect(writtenBeforeTheEnd.length).toBeGreaterThan(2);
    expect(row_groups.length - writtenBeforeTheEnd.length).toBeLessThanOrEqual(1);
    expect((await readParquet(file)).map(({ small }) => small)).toEqual(rows.map(({ small }) => small));
  });

  it.each<[ParquetColumnType, unknown]>([
    ['string', 1],
    ['int32', 2 ** 31],
    ['int32', 1.5],
    ['int64', 2 ** 53],
    ['int64', 2n ** 63n],
    ['double', '1'],
    ['boolean', 1],
    ['timestamp', new Date(NaN)],
    ['date', '2026-02-30'],
    ['date', new Date(0)],
    ['decimal(4,2)', '100.00'],
    ['decimal(4,2)', '0.125'],
    ['decimal(4,2)', 0.1],
    ['decimal(4,2)', 'much'],
    ['json', () => 1],
    ['json', { of: 1n }],
  ])('of %s does not take %p', async (type, value) => {
    await expect(prepared(type, value)).rejects.toMatchObject({ code: 'SINK_ROW_INVALID' });
  });

  it.each(['text', 'decimal(39,2)', 'decimal(2,3)', 'decimal(0,0)'])('has no columns of type %s', (type) => {
    const options = { columns: { it: type as ParquetColumnType } };
    expect(() => parquetFile(options)).toThrow(`column "it" of a Parquet file has the type "${type}"`);
  });

  it('has columns', () => {
    expect(() => parquetFile({ columns: {} })).toThrow('no columns');
  });
});
