import { messageOf } from '../../util/errors.js';
import {
  decodeManifest,
  snapshotFolder,
  snapshotOfManifest,
  snapshotOfRows,
  snapshotUnusable,
  type SnapshotManifest,
} from './snapshot-manifest.js';
import type { SnapshotStorage } from './snapshot-storage.js';

/** The snapshots of one task. */
export class TaskSnapshots {
  readonly #folder: string;

  constructor(
    private readonly storage: SnapshotStorage,
    private readonly application: string,
    private readonly task: string,
  ) {
    this.#folder = snapshotFolder(application, task);
  }

  /** Paths of the manifests, newest first. */
  async list(): Promise<readonly string[]> {
    return newestFirst(await this.storage.list(this.#folder)).map((name) => this.#manifest(name));
  }

  /** @throws MillraceError `SNAPSHOT_UNUSABLE` */
  async read(manifest: string): Promise<SnapshotManifest> {
    let bytes: Buffer;
    try {
      bytes = await this.storage.read(manifest);
    } catch (cause) {
      throw snapshotUnusable(manifest, messageOf(cause), cause);
    }
    return decodeManifest(manifest, bytes, this.application, this.task);
  }

  /** Deletes all but the newest ones, and rows that a snapshot which did not end has left before them. */
  async keepNewest(count: number): Promise<void> {
    const files = await this.storage.list(this.#folder);
    const names = newestFirst(files);
    const kept = new Set(names.slice(0, count));
    for (const name of names) if (!kept.has(name)) await this.storage.remove(this.#manifest(name));
    const [newest = ''] = names;
    for (const file of files) {
      const name = snapshotOfRows(file);
      if (name !== undefined && name < newest && !kept.has(name)) await this.storage.remove(`${this.#folder}/${file}`);
    }
  }

  #manifest(name: string): string {
    return `${this.#folder}/${name}.json`;
  }
}

/** Names begin with the time. */
function newestFirst(files: readonly string[]): string[] {
  return files
    .flatMap((file) => snapshotOfManifest(file) ?? [])
    .sort()
    .reverse();
}
