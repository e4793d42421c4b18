import { openStateDirectory } from '../../runtime/open-state-directory.js';
import type { SnapshotManifest } from '../../runtime/snapshot/snapshot-manifest.js';
import type { Surroundings } from '../broker.js';
import type { Config } from '../config.js';
import { restoreSnapshots } from './restore-snapshots.js';
import { openSnapshotStorage } from './snapshot-storage.js';

/**
 * As {@link restoreSnapshots}, into STATE_DIR.
 * @throws MillraceError `STATE_DIRECTORY_LOCKED` while a process runs on it
 */
export async function restoreState(
  from: string,
  { stateDir }: Pick<Config, 'stateDir'>,
  applicationId: string,
  { random, log }: Pick<Surroundings, 'random' | 'log'>,
): Promise<readonly SnapshotManifest[]> {
  const directory = await openStateDirectory({ path: stateDir, random });
  try {
    return await restoreSnapshots(openSnapshotStorage(from), directory, applicationId, log);
  } finally {
    await directory.close();
  }
}
