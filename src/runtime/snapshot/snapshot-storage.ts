/** A file of a snapshot, while it is written. */
interface SnapshotFileWriter {
  append(bytes: Uint8Array): Promise<void>;
  /** Makes it durable. */
  finish(): Promise<void>;
}

/**
 * Where snapshots are kept: as much of a connector's `FileStorage` as they need, so that a folder and an object store both do.
 * Paths are relative, with `/`.
 */
export interface SnapshotStorage {
  create(path: string): Promise<SnapshotFileWriter>;
  /** Makes a small file, durably and all at once; false when there is one of that name already, which stays as it is. */
  publish(path: string, bytes: Uint8Array): Promise<boolean>;
  read(path: string): Promise<Buffer>;
  /** Names in a folder, in any order; none if it is not there. */
  list(folder: string): Promise<string[]>;
  /** Deletes a file, if it is there. */
  remove(path: string): Promise<void>;
}
