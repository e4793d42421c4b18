/** One file of a format, while it is written. */
export interface FileEncoder {
  /** Bytes to append now, which may be of earlier rows, or none: some formats gather rows. */
  encode(rows: readonly unknown[]): Uint8Array;
  /** The last bytes. */
  finish(): Uint8Array;
}

/** A format that is ready for use. */
export interface FileEncoding<Row = unknown> {
  /** Throws when the format cannot hold the row. Gives what the encoder takes. */
  prepare(row: Row): unknown;
  /** Begins a file. */
  begin(): FileEncoder;
}

/** How rows become files. It is data: libraries are loaded by the sinks that use them. */
export interface FileFormat<Row = unknown> {
  /** Without the dot. */
  readonly extension: string;
  /**
   * Called when a sink opens a partition.
   * @throws MillraceError of kind `invalid` when the format cannot be as it is described
   */
  load(): Promise<FileEncoding<Row>>;
}
