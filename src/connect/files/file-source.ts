import { createHash } from 'node:crypto';
import type { RecordSource, SourceBatch, SourceReader, SourceRecord } from '../../topology/record-source.js';
import { invalid } from '../../util/errors.js';
import { toMillis, type Duration } from '../../util/time.js';
import { filePattern } from './file-pattern.js';
import { LocalFiles } from './local-files.js';
import { readAvroFile } from './read-avro-file.js';
import type { ReadableFiles } from './readable-files.js';
import { readJsonLines } from './read-json-lines.js';
import { readParquetFile } from './read-parquet-file.js';
import type { ReadableFormat, RowReader } from './row-reader.js';
import { listDataFiles, type DataFile } from './source-listing.js';

export interface FileSourceOptions<Row> {
  /** A file, a folder with all that is below it, or a pattern with `*`, `**` and `?`, on this machine; or where else files are. */
  readonly from: string | ReadableFiles;
  /** Default: each file's, by its ending: `.jsonl`, `.ndjson` or `.json`, `.avro`, `.parquet`. */
  readonly format?: ReadableFormat;
  /**
   * The record that a row stands for; null leaves the row out. Default: `{ key, value, timestamp }` of the row, as file sinks
   * write it.
   */
  readonly record?: (row: Row) => SourceRecord | null;
  /**
   * How much earlier than the hour of its folder (`date=YYYY-MM-DD/hour=HH`) a record may be; `unbounded` if folders say nothing
   * of the times. Default 0: file sinks choose the folder by the record's timestamp.
   */
  readonly disorder?: Duration | 'unbounded';
}

const READERS: Readonly<Record<ReadableFormat, RowReader>> = {
  jsonl: readJsonLines,
  avro: readAvroFile,
  parquet: readParquetFile,
};
const ENDINGS: Readonly<Record<string, ReadableFormat>> = {
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  json: 'jsonl',
  avro: 'avro',
  parquet: 'parquet',
};

/**
 * Reads the records of files again: those of a file sink, of which only what was committed counts, or of anyone.
 *
 *     fileSource({ from: '/data/sales', record: (row: Sale) => ({ key: row.seller, value: row, timestamp: row.at }) })
 *
 * Files in folders by hour are read hour by hour, so that an hour of records is held at a time; of others all are, on disk.
 * Records of one time keep the order of their files, by path, and their place in it.
 * @throws MillraceError when opened: `SOURCE_EMPTY`, `SOURCE_FORMAT`; when read: `SOURCE_ROW_INVALID`
 */
export function fileSource<Row = unknown>(options: FileSourceOptions<Row>): RecordSource {
  const { from, record = wholeRow, disorder = 0 } = options;
  const disorderMs = disorder === 'unbounded' ? Infinity : toMillis(disorder);
  return {
    kind: 'files',
    async open({ topic }) {
      const pattern = typeof from === 'string' ? filePattern(from) : { root: '', matches: () => true };
      const files = typeof from === 'string' ? new LocalFiles(pattern?.root ?? from) : from;
      const data = pattern === undefined ? [] : await listDataFiles(files, (path) => pattern.matches(path));
      if (data.length === 0) throw nothingThere(topic, from);
      const readers = new Map(data.map(({ path }) => [path, readerOf(path, options.format)]));
      const read = record as (row: unknown) => SourceRecord | null; // the caller names the type of the rows
      return new FileSourceReader(files, inHours(data, disorderMs), readers, read);
    },
  };
}

/** Files that are read before anything that comes after them. */
interface Portion {
  readonly files: readonly DataFile[];
  /** No record of these files, or later ones, is before this time. */
  readonly watermark: number;
}

class FileSourceReader implements SourceReader {
  readonly size: number;
  readonly identity: string;

  constructor(
    private readonly files: ReadableFiles,
    private readonly portions: readonly Portion[],
    private readonly readers: ReadonlyMap<string, RowReader>,
    private readonly record: (row: unknown) => SourceRecord | null,
  ) {
    const data = portions.flatMap((portion) => portion.files);
    this.size = data.reduce((sum, { bytes }) => sum + bytes, 0);
    const names = JSON.stringify(data.map(({ path, bytes }) => [path, bytes]));
    this.identity = createHash('sha256').update(names).digest('hex');
  }

  async *read(): AsyncGenerator<SourceBatch> {
    let before = 0;
    for (const { files, watermark } of this.portions) {
      yield { records: [], watermark, done: before };
      for (const file of files) {
        for await (const batch of this.#readFile(file)) yield { ...batch, done: before + batch.done };
        before += file.bytes;
      }
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async *#readFile({ path, at }: DataFile): AsyncGenerator<SourceBatch> {
    const rows = this.readers.get(path) ?? readJsonLines;
    const file = await this.files.open(at);
    try {
      for await (const batch of rows(file, path)) {
        const records = batch.rows.map((row) => this.record(row)).filter((record) => record !== null);
        yield { records, done: batch.position };
      }
    } finally {
      await file.close();
    }
  }
}

/** Hour by hour, if every file is in the folder of one. */
function inHours(data: readonly DataFile[], disorderMs: number): readonly Portion[] {
  const hours = new Map<number, DataFile[]>();
  for (const file of data) {
    if (file.hourMs === undefined || disorderMs === Infinity) return [{ files: data, watermark: -Infinity }];
    const files = hours.get(file.hourMs);
    if (files === undefined) hours.set(file.hourMs, [file]);
    else files.push(file);
  }
  return [...hours]
    .sort(([left], [right]) => left - right)
    .map(([hourMs, files]) => ({ files, watermark: hourMs - disorderMs }));
}

function readerOf(path: string, format: ReadableFormat | undefined): RowReader {
  const known = format ?? ENDINGS[path.slice(path.lastIndexOf('.') + 1)];
  if (known !== undefined) return READERS[known];
  throw invalid('SOURCE_FORMAT', `the format of "${path}" does not follow from its ending`, {
    hint: 'Give the source a `format`, or files that end with .jsonl, .avro or .parquet.',
  });
}

function nothingThere(topic: string, from: string | ReadableFiles): Error {
  const where = typeof from === 'string' ? ` in "${from}"` : '';
  return invalid('SOURCE_EMPTY', `there are no files of topic "${topic}"${where}`, {
    hint: 'Mend the path; what begins with "." or "_" is passed over.',
    context: { topic },
  });
}

/** A row as file sinks write it by default. */
function wholeRow(row: unknown): SourceRecord {
  const { key = null, value = null, timestamp } = row as Partial<Record<keyof SourceRecord, unknown>>; // as: checked by those who take it
  return { key, value, ...(timestamp !== undefined && { timestamp: Number(timestamp) }) };
}
