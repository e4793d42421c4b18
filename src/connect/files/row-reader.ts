import type { ReadableFile } from './readable-files.js';

/** Rows of a file, in their order. */
export interface RowBatch {
  readonly rows: readonly unknown[];
  /** Bytes of the file that were read so far. */
  readonly position: number;
}

/** How the rows of a format are read, some thousand at a time at most. */
export type RowReader = (file: ReadableFile, path: string) => AsyncIterable<RowBatch>;

/** Formats that a file source can read. */
export type ReadableFormat = 'jsonl' | 'avro' | 'parquet';
