import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type * as library from 'hyparquet';
import { decimalOf, integerOf } from '../../serde/avro/decimal-bytes.js';
import type { ReadableFile } from './readable-files.js';
import { rowInvalid } from './row-invalid.js';
import type { RowBatch } from './row-reader.js';

const COMPRESSORS: library.Compressors = {
  GZIP: (input) => gunzipSync(input),
  BROTLI: (input) => brotliDecompressSync(input),
};
const BATCH_ROWS = 1_000;

/**
 * Reads a Parquet file a row group at a time. Decimals are of big.js and exact, 64-bit integers bigints, timestamps `Date`s, and
 * dates text. What a row group is compressed by may be Snappy, gzip or Brotli.
 */
export async function* readParquetFile(file: ReadableFile, path: string): AsyncGenerator<RowBatch> {
  const { parquetMetadataAsync, parquetReadObjects } = await import('hyparquet'); // only programs with Parquet load it
  const buffer = asyncBuffer(file);
  try {
    const metadata = await parquetMetadataAsync(buffer);
    const convert = takeConversions(metadata);
    let rowStart = 0;
    for (const group of metadata.row_groups) {
      const rowEnd = rowStart + Number(group.num_rows);
      const rows = await parquetReadObjects({ file: buffer, metadata, compressors: COMPRESSORS, rowStart, rowEnd });
      const read = Math.round((file.bytes * rowEnd) / Math.max(1, Number(metadata.num_rows)));
      for (let at = 0; at < rows.length; at += BATCH_ROWS) {
        yield { rows: rows.slice(at, at + BATCH_ROWS).map(convert), position: read };
      }
      rowStart = rowEnd;
    }
  } catch (error) {
    throw rowInvalid(path, 'the content', error);
  }
}

function asyncBuffer(file: ReadableFile): library.AsyncBuffer {
  return {
    byteLength: file.bytes,
    async slice(start, end = file.bytes) {
      const bytes = await file.read(start, end);
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer; // no file is read into shared memory
    },
  };
}

/**
 * Takes the conversions that the library makes inexactly out of the schema, and gives what makes them instead: of columns that
 * are not in others.
 */
function takeConversions(metadata: library.FileMetaData): (row: Record<string, unknown>) => Record<string, unknown> {
  const conversions = new Map<string, (value: unknown) => unknown>();
  const [root, ...elements] = metadata.schema;
  if (root?.num_children !== elements.length) return (row) => row; // there are columns in columns
  for (const element of elements) {
    if (element.converted_type === 'DATE') {
      conversions.set(element.name, (day) => (day instanceof Date ? day.toISOString().slice(0, 10) : day));
    }
    if (element.converted_type !== 'DECIMAL' || element.type === 'BYTE_ARRAY') continue;
    const { scale = 0 } = element;
    delete element.converted_type;
    delete element.logical_type;
    conversions.set(element.name, (value) => decimal(value, scale));
  }
  if (conversions.size === 0) return (row) => row;
  return (row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, conversions.get(name)?.(value) ?? value]));
}

function decimal(value: unknown, scale: number): unknown {
  if (typeof value === 'bigint' || typeof value === 'number') return decimalOf(String(value), scale);
  return value instanceof Uint8Array ? decimalOf(integerOf(Buffer.from(value)), scale) : value;
}
