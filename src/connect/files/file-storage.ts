/** A file that is being written. Nobody else reads it before it is finished. */
export interface FileAppender {
  append(bytes: Uint8Array): Promise<void>;
  /** Makes all that was appended durable, and ends the file. */
  finish(): Promise<void>;
  /** Ends the file without making it durable; it may be there still. */
  abandon(): Promise<void>;
}

/**
 * Where files are kept: a folder, or an object store. Paths are relative, with `/`; folders come into being with their files.
 * What a call has done is durable when it resolves, and is seen by every later call of anyone.
 */
export interface FileStorage {
  /** Begins a file, in place of one of that name. */
  create(path: string): Promise<FileAppender>;
  /**
   * Makes a small file, all at once: a reader sees all of it or none.
   * @returns false when there was one of that name already, which stays as it is (an object store: `If-None-Match: *`)
   */
  publish(path: string, bytes: Uint8Array): Promise<boolean>;
  /** Renames a file. One that was renamed before stays as it is. */
  move(from: string, to: string): Promise<void>;
  /** Deletes a file, if it is there. */
  remove(path: string): Promise<void>;
  read(path: string): Promise<Buffer>;
  /** Names in a folder, in any order; none if it is not there. */
  list(folder: string): Promise<string[]>;
}
