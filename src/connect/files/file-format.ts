/** One file of a format, while it is written. */
export interface FileEncoder {
  /** Bytes of rows to append now; those of some formats come at the end only. */
  encode(rows: readonly unknown[]): Uint8Array;
  /** The last bytes. */
  finish(): Uint8Array;
}

/** How rows become files. */
export interface FileFormat {
  /** Without the dot. */
  readonly extension: string;
  /** Throws when the format cannot hold the row. Gives what the encoder takes. */
  prepare(row: unknown): unknown;
  /** Begins a file. */
  begin(): FileEncoder;
}
