import type * as library from 'hyparquet-writer';
import type { FileEncoder } from './file-format.js';
import type { ParquetColumn } from './parquet-column.js';

/** When the rows that were gathered are written as a row group. */
export interface RowGroupLimits {
  readonly rows: number;
  /** Before compression. */
  readonly bytes: number;
}

/** A row, ready to be written. */
export interface ParquetRow {
  /** In the order of the columns; null where there is none. */
  readonly values: readonly unknown[];
  readonly bytes: number;
}

/** The library, which is loaded when a sink is opened. */
export type ParquetLibrary = typeof library;

/** Gathers rows by column, and writes them a row group at a time. */
export class ParquetEncoder implements FileEncoder {
  readonly #writer: library.ByteWriter;
  readonly #file: library.ParquetWriter;
  #data: unknown[][];
  #rows = 0;
  #bytes = 0;

  constructor(
    { ByteWriter, ParquetWriter }: ParquetLibrary,
    private readonly columns: readonly ParquetColumn[],
    private readonly limits: RowGroupLimits,
  ) {
    const elements = columns.map(({ element }) => element);
    const schema = [{ name: 'row', num_children: columns.length }, ...elements];
    this.#writer = new ByteWriter();
    this.#file = new ParquetWriter({ writer: this.#writer, schema, createdBy: 'millrace' });
    this.#data = columns.map(() => []);
  }

  encode(rows: readonly ParquetRow[]): Uint8Array {
    for (const { values, bytes } of rows) {
      this.#data.forEach((column, index) => column.push(values[index]));
      this.#rows++;
      this.#bytes += bytes;
      if (this.#rows >= this.limits.rows || this.#bytes >= this.limits.bytes) this.#writeRowGroup();
    }
    return this.#take();
  }

  finish(): Uint8Array {
    if (this.#rows > 0) this.#writeRowGroup();
    void this.#file.finish(); // done when it returns: the bytes go to memory
    return this.#take();
  }

  #writeRowGroup(): void {
    const columnData = this.columns.map(({ name }, index) => ({ name, data: this.#data[index] ?? [] }));
    void this.#file.write({ columnData, rowGroupSize: this.#rows }); // done when it returns, as above
    this.#data = this.columns.map(() => []);
    this.#rows = 0;
    this.#bytes = 0;
  }

  /** The bytes since the last call; those that follow take their place in memory. */
  #take(): Uint8Array {
    const bytes = this.#writer.getBytes().slice();
    this.#writer.index = 0;
    return bytes;
  }
}
