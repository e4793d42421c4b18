import { fileURLToPath } from 'node:url';
import { LocalStorage } from '../../connect/files/local-storage.js';
import type { SnapshotStorage } from '../../runtime/snapshot/snapshot-storage.js';
import { invalid } from '../../util/errors.js';

const SCHEME = /^([a-z][a-z0-9+.-]+):/i;

/**
 * Where snapshots are kept: a path of this machine's file system, or a `file:` URL.
 * @throws MillraceError `SNAPSHOT_URL_UNKNOWN`
 */
export function openSnapshotStorage(pathOrUrl: string): SnapshotStorage {
  const scheme = SCHEME.exec(pathOrUrl)?.[1]?.toLowerCase();
  if (scheme === undefined) return new LocalStorage(pathOrUrl);
  if (scheme === 'file') return new LocalStorage(fileURLToPath(pathOrUrl));
  throw invalid('SNAPSHOT_URL_UNKNOWN', `snapshots cannot be kept at "${pathOrUrl}"`, {
    hint: 'Name a folder, which every instance reaches under the same path.',
  });
}
