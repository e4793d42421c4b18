import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Big from 'big.js';
import { avro, avroFile, fileSink, jsonLines, parquetFile, type AvroValue, type FileFormat } from '../../src/index.js';
import { silentLogger } from '../../src/observability/log.js';
import type { SinkRecord } from '../../src/topology/sink.js';
import { NO_HEADERS } from '../../src/util/headers.js';
import { systemClock } from '../../src/util/time.js';
import { cachedPython } from '../support/cached-folder.js';

const READER = join(import.meta.dirname, '../support/files/read_files.py');
const COUNT = 5_000;
const START_MS = Date.UTC(2026, 0, 31, 22, 30);
const STEP_MS = 1_250;

const fields = {
  large: avro.int64(),
  amount: avro.optional(avro.decimal(30, 2)),
  at: avro.timestampMillis(),
  day: avro.date(),
};
const Row = avro.record('shop.Row', fields);
type Row = AvroValue<typeof Row>;

const Amount = avro.schema<Big>(
  '{"type":"fixed","name":"shop.Amount","size":16,"logicalType":"decimal","precision":30,"scale":2}',
);
/** The same, with a type of its own for amounts. */
const OfAmount = avro.record('shop.Row', { ...fields, amount: avro.optional(avro.named<Big>('shop.Amount')) });
const RowOfAmount = avro.schema<Row>(OfAmount.toJSON(), { references: [Amount] });

const rows = Array.from({ length: COUNT }, (_, serial): Row => {
  const at = START_MS + serial * STEP_MS;
  const amount = serial % 7 === 0 ? null : new Big(`${serial % 2 === 0 ? '-' : ''}1234567890123456${serial}.25`);
  return { large: 2n ** 62n + BigInt(serial), amount, at, day: new Date(at).toISOString().slice(0, 10) };
});

/** What every reader must find. */
const truth = {
  rows: COUNT,
  large: String(rows.reduce((sum, { large }) => sum + large, 0n)),
  amount: rows.reduce((sum, { amount }) => sum.plus(amount ?? 0), new Big(0)).toFixed(2),
  days: ['2026-01-31', '2026-02-01'],
  latest: rows.at(-1)?.at,
  hours: { '2026-01-31 22': 1_440, '2026-01-31 23': 2_880, '2026-02-01 00': 680 },
};

/** A format, and a row in it. */
interface Written<R> {
  readonly format: FileFormat<R>;
  readonly row: (row: Row) => R;
}

/** Writes the rows as the runtime does: in batches, which roll in between. */
async function write<R>(to: string, { format, row }: Written<R>): Promise<void> {
  const place = { applicationId: 'app', sink: 'sink', topic: 'in', topicId: 'id', partition: 0 };
  const sink = fileSink<null, Row, R>({ to, format, row: ({ value }) => row(value!), roll: { rows: 2_000 } });
  const writer = await sink.open({ ...place, clock: systemClock, log: silentLogger });
  const records = rows.map((value, offset): SinkRecord<null, Row> => {
    return { key: null, value, timestamp: value.at, headers: NO_HEADERS, offset };
  });
  for (let at = 0; at < COUNT; at += 500) {
    await writer.write({ records: records.slice(at, at + 500), nextOffset: at + 500 });
  }
  await writer.flush();
  await writer.close();
}

let python: string;
let root: string;
beforeAll(async () => {
  python = await cachedPython('file-readers-1', ['duckdb==2.0.1', 'fastavro==1.13.1', 'pyarrow==26.0.1']);
  root = await mkdtemp(join(tmpdir(), 'millrace-readers-'));
});
afterAll(() => rm(root, { recursive: true }));

/** What the readers of a format find. */
async function found<R>(name: string, written: Written<R>): Promise<unknown> {
  const folder = await mkdtemp(join(root, name));
  await write(folder, written);
  const { stdout } = await promisify(execFile)(python, [READER, name, folder]);
  return JSON.parse(stdout);
}

describe('files of a sink are read by others with equal counts, sums and hours', () => {
  it('JSON Lines by duckdb and pyarrow', async () => {
    // JSON's numbers are inexact: those that need all their digits are texts
    const row = ({ large, amount, ...more }: Row): object => ({
      large: String(large),
      amount: amount?.toFixed(2) ?? null,
      ...more,
    });
    expect(await found('json', { format: jsonLines(), row })).toEqual({ duckdb: truth, pyarrow: truth });
  });

  it.each(['deflate', 'null'] as const)('Avro by fastavro, with the codec %s', async (codec) => {
    expect(await found('avro', { format: avroFile({ schema: Row, codec }), row: (row) => row })).toEqual({
      fastavro: truth,
    });
  });

  it('Avro by fastavro, of a schema that refers to another', async () => {
    expect(await found('avro', { format: avroFile({ schema: RowOfAmount }), row: (row) => row })).toEqual({
      fastavro: truth,
    });
  });

  it('Parquet by duckdb and pyarrow', async () => {
    const columns = { large: 'int64', amount: 'decimal(30,2)', at: 'timestamp', day: 'date' } as const;
    const format = parquetFile({ columns, rowGroup: { rows: 600 } });
    expect(await found('parquet', { format, row: (row) => row })).toEqual({ duckdb: truth, pyarrow: truth });
  });
});
