import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { CapturedState, DatabaseRow } from '../../state/captured-state.js';
import {
  encodeManifest,
  snapshotFolder,
  snapshotName,
  type SnapshotFile,
  type SnapshotManifest,
} from './snapshot-manifest.js';
import { encodeRows, rowBytes } from './snapshot-rows.js';
import type { SnapshotStorage } from './snapshot-storage.js';

/** Rows of so many bytes are one file: what a snapshot, or a start from it, has in memory at a time. */
const FILE_BYTES = 4 << 20;
/** Speed before size: the rows change with the next snapshot. */
const LEVEL = 1;

const compress = promisify(gzip);

/** Writes what was captured of a task; its manifest, made last, makes it a snapshot. */
export async function writeSnapshot(
  storage: SnapshotStorage,
  captured: CapturedState,
  facts: Omit<SnapshotManifest, 'inputs' | 'files'>,
): Promise<SnapshotManifest> {
  const { application, task } = facts;
  const path = `${snapshotFolder(application, task)}/${snapshotName(facts)}`;
  const files: SnapshotFile[] = [];
  let rows: DatabaseRow[] = [];
  let bytes = 0;
  const end = async (): Promise<void> => {
    files.push(await writeRows(storage, `${path}.rows-${String(files.length).padStart(5, '0')}.gz`, rows));
    [rows, bytes] = [[], 0];
  };
  for await (const some of captured.rows()) {
    for (const row of some) {
      rows.push(row);
      bytes += rowBytes(row);
      if (bytes >= FILE_BYTES) await end();
    }
  }
  if (rows.length > 0) await end();
  const manifest = { ...facts, inputs: Object.fromEntries(captured.inputs), files };
  await storage.publish(`${path}.json`, encodeManifest(manifest));
  return manifest;
}

async function writeRows(storage: SnapshotStorage, path: string, rows: readonly DatabaseRow[]): Promise<SnapshotFile> {
  const bytes = await compress(encodeRows(rows), { level: LEVEL });
  const file = await storage.create(path);
  await file.append(bytes);
  await file.finish();
  return { path, rows: rows.length, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}
