/** A file that is read. */
export interface ReadableFile {
  /** Its size. */
  readonly bytes: number;
  /** From `start` up to, not including, `end`; fewer at the end of the file. */
  read(start: number, end: number): Promise<Buffer>;
  close(): Promise<void>;
}

/** A file as a listing shows it. */
export interface ListedFile {
  /** Relative, with `/`. */
  readonly path: string;
  readonly bytes: number;
}

/** Where files are read from: a folder, or an object store. */
export interface ReadableFiles {
  /** All files, those in folders below too, in any order. */
  list(): Promise<readonly ListedFile[]>;
  open(path: string): Promise<ReadableFile>;
}
