import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { LevelBatch, type OpenDatabase } from '../../state/leveldb/level-database.js';
import { messageOf } from '../../util/errors.js';
import { snapshotUnusable, type SnapshotFile, type SnapshotManifest } from './snapshot-manifest.js';
import { decodeRows } from './snapshot-rows.js';
import type { SnapshotStorage } from './snapshot-storage.js';

const decompress = promisify(gunzip);

/**
 * Makes the database of a task, in a folder that holds none, from a snapshot.
 * @param goOn asked after each file; false: gives up, and what is there is of no use
 * @returns whether all of it is there
 * @throws MillraceError `SNAPSHOT_UNUSABLE` when a file is missing or differs from what was written
 */
export async function loadSnapshot(
  storage: SnapshotStorage,
  { files }: SnapshotManifest,
  folder: string,
  openDatabase: OpenDatabase,
  goOn: () => boolean = () => true,
): Promise<boolean> {
  const database = await openDatabase(folder, { create: true });
  try {
    for (const file of files) {
      if (!goOn()) return false;
      const batch = new LevelBatch(database);
      for (const [key, value] of decodeRows(await readRows(storage, file))) batch.put(key, value);
      await batch.write(true);
    }
    return true;
  } finally {
    await database.close();
  }
}

async function readRows(storage: SnapshotStorage, { path, sha256 }: SnapshotFile): Promise<Buffer> {
  let bytes: Buffer;
  try {
    bytes = await storage.read(path);
  } catch (cause) {
    throw snapshotUnusable(path, messageOf(cause), cause);
  }
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256) throw snapshotUnusable(path, 'its checksum is not that of its manifest');
  return decompress(bytes);
}
