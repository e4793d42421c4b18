import { SinkFencedError, type SinkContext } from '../../topology/sink.js';
import type { FileStorage } from './file-storage.js';
import {
  decodeManifest,
  encodeManifest,
  manifestName,
  sequenceOf,
  type Manifest,
  type ManifestFile,
} from './manifest.js';

/**
 * The commits of one partition, each a numbered manifest that can be made only once: to make the next one is to commit, and
 * whoever finds it made is fenced.
 *
 *     <folder>/000000000041.manifest   { sequence, position, files: [{ temporary, path, rows }] }
 *     <folder>/41-0.tmp                a file of the writer that opened with manifest 41
 *
 * A writer begins with a manifest of its own, without files: from then on none before it can commit, so what those have left
 * may be deleted. Files are renamed into place after their manifest is made; whoever opens next finishes that. Only the last
 * manifest is kept. One that is made late, in place of one that was deleted, is known by a later one beside it.
 */
export class ManifestLog {
  #last: Manifest;
  /** Number of the manifest that this writer began with. */
  readonly epoch: number;

  private constructor(
    private readonly storage: FileStorage,
    private readonly folder: string,
    private readonly context: SinkContext,
    claim: Manifest,
  ) {
    this.#last = claim;
    this.epoch = claim.sequence;
  }

  /** Finishes the last commit, fences all earlier writers, and deletes what they have left. */
  static async open(storage: FileStorage, folder: string, context: SinkContext): Promise<ManifestLog> {
    for (;;) {
      const last = await lastManifest(storage, folder);
      await moveIntoPlace(storage, last?.files ?? []);
      const claim = { sequence: (last?.sequence ?? 0) + 1, position: last?.position ?? null, files: [] };
      const log = new ManifestLog(storage, folder, context, claim);
      if (!(await log.#tryMake(claim))) continue; // another writer has opened at the same time
      await log.#sweep();
      return log;
    }
  }

  get position(): number | undefined {
    return this.#last.position ?? undefined;
  }

  /**
   * Commits: once the manifest is made, the files count. They are durable, and not yet in place.
   * @throws SinkFencedError
   */
  async commit(position: number, files: readonly ManifestFile[]): Promise<void> {
    const next = { sequence: this.#last.sequence + 1, position, files };
    const before = this.#last;
    if (!(await this.#tryMake(next))) throw new SinkFencedError(this.context, this.position);
    this.#last = next;
    await moveIntoPlace(this.storage, files);
    await this.storage.remove(this.#path(before.sequence));
  }

  async #tryMake(manifest: Manifest): Promise<boolean> {
    const { applicationId: application, sink, topic, topicId, partition } = this.context;
    const bytes = encodeManifest(manifest, { application, sink, topic, topicId, partition });
    const path = this.#path(manifest.sequence);
    if (!(await this.storage.publish(path, bytes))) return false;
    const names = await this.storage.list(this.folder);
    if (!names.some((name) => (sequenceOf(name) ?? 0) > manifest.sequence)) return true;
    await this.storage.remove(path);
    return false;
  }

  /** Deletes files that are in no manifest, and manifests before this one. */
  async #sweep(): Promise<void> {
    for (const name of await this.storage.list(this.folder)) {
      const sequence = sequenceOf(name) ?? Number(/^(\d+)-\d+\.tmp$/.exec(name)?.[1] ?? 0);
      if (sequence < this.epoch) await this.storage.remove(`${this.folder}/${name}`);
    }
  }

  #path(sequence: number): string {
    return `${this.folder}/${manifestName(sequence)}`;
  }
}

async function lastManifest(storage: FileStorage, folder: string): Promise<Manifest | undefined> {
  const sequences = (await storage.list(folder)).flatMap((name) => sequenceOf(name) ?? []);
  if (sequences.length === 0) return undefined;
  const path = `${folder}/${manifestName(Math.max(...sequences))}`;
  return decodeManifest(path, await storage.read(path));
}

async function moveIntoPlace(storage: FileStorage, files: readonly ManifestFile[]): Promise<void> {
  for (const { temporary, path } of files) await storage.move(temporary, path);
}
