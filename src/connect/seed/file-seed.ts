import { basename, dirname, extname } from 'node:path';
import { LocalFiles } from '../files/local-files.js';
import { readAvroFile } from '../files/read-avro-file.js';
import { readJsonLines } from '../files/read-json-lines.js';
import { readParquetFile } from '../files/read-parquet-file.js';
import type { RowReader } from '../files/row-reader.js';
import { seedRowOf, type SeedColumns } from './seed-columns.js';
import type { SeedRow, SeedSource } from './seed-source.js';

const READERS: Readonly<Record<string, RowReader>> = { '.avro': readAvroFile, '.parquet': readParquetFile };

/**
 * Rows of a file, by its ending of Avro, of Parquet, or else of JSON Lines: one that `millrace state export` wrote, or any whose
 * rows have a key and a value.
 * @param path on the machine that seeds
 */
export function fileSeed(path: string, columns: SeedColumns = {}): SeedSource {
  return { name: `file:${path}`, repeatable: true, rows: () => readRows(path, columns) };
}

async function* readRows(path: string, columns: SeedColumns): AsyncGenerator<SeedRow, void> {
  const file = await new LocalFiles(dirname(path)).open(basename(path));
  const read = READERS[extname(path)] ?? readJsonLines;
  let number = 1;
  try {
    for await (const { rows } of read(file, path)) {
      for (const row of rows) yield seedRowOf(row, columns, `row ${number++} of "${path}"`);
    }
  } finally {
    await file.close();
  }
}
