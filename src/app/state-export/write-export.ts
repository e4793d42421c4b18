import { basename, dirname } from 'node:path';
import { avroFile } from '../../connect/files/avro-file.js';
import type { FileFormat } from '../../connect/files/file-format.js';
import { jsonLines } from '../../connect/files/json-lines.js';
import { LocalStorage } from '../../connect/files/local-storage.js';
import { parquetFile } from '../../connect/files/parquet-file.js';
import { avro } from '../../serde/avro/avro.js';
import type { ExportedRow } from './exported-row.js';

export const EXPORT_FORMATS = ['jsonl', 'avro', 'parquet'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

const ROWS_AT_ONCE = 1_000;

/** Writes rows to a file, which is there whole, or not at all. @returns how many there were */
export async function writeExport(
  rows: AsyncIterable<ExportedRow>,
  path: string,
  format: ExportFormat,
): Promise<number> {
  const storage = new LocalStorage(dirname(path));
  const hidden = `.${basename(path)}.new`;
  const { toRow, file } = FORMATS[format]();
  const encoding = await file.load();
  const encoder = encoding.begin();
  const appender = await storage.create(hidden);
  let count = 0;
  try {
    let some: unknown[] = [];
    const append = async (): Promise<void> => {
      if (some.length > 0) await appender.append(encoder.encode(some));
      some = [];
    };
    for await (const row of rows) {
      some.push(encoding.prepare(toRow(row)));
      count++;
      if (some.length >= ROWS_AT_ONCE) await append();
    }
    await append();
    await appender.append(encoder.finish());
    await appender.finish();
  } catch (error) {
    await appender.abandon();
    await storage.remove(hidden);
    throw error;
  }
  await storage.move(hidden, basename(path));
  return count;
}

/** A format, and how a row stands in it. */
interface RowFormat {
  readonly file: FileFormat;
  readonly toRow: (row: ExportedRow) => unknown;
}

/** In Avro and Parquet the columns are those of all stores, keys and values JSON text. */
const FORMATS: Readonly<Record<ExportFormat, () => RowFormat>> = {
  jsonl: () => ({ file: jsonLines(), toRow: (row) => row }),
  avro: () => ({ file: avroFile({ schema: AvroRow }), toRow: asText }),
  parquet: () => ({ file: parquetFile({ columns: PARQUET }), toRow: asText }),
};

const PARQUET = {
  key: 'string',
  value: 'string',
  key_bytes: 'string',
  value_bytes: 'string',
  timestamp: 'timestamp',
  window_start: 'timestamp',
  window_end: 'timestamp',
  valid_to: 'timestamp',
} as const;

const AvroRow = avro.record('millrace.StoreRow', {
  key: avro.optional(avro.string()),
  value: avro.optional(avro.string()),
  key_bytes: avro.optional(avro.string()),
  value_bytes: avro.optional(avro.string()),
  timestamp: avro.optional(avro.long()),
  window_start: avro.optional(avro.long()),
  window_end: avro.optional(avro.long()),
  valid_to: avro.optional(avro.long()),
});

function asText(row: ExportedRow): object {
  const text = (json: unknown): string | null => (json === undefined ? null : JSON.stringify(json));
  return {
    key: text(row.key),
    value: text(row.value),
    key_bytes: row.key_bytes ?? null,
    value_bytes: row.value_bytes ?? null,
    timestamp: row.timestamp ?? null,
    window_start: row.window_start ?? null,
    window_end: row.window_end ?? null,
    valid_to: row.valid_to ?? null,
  };
}
