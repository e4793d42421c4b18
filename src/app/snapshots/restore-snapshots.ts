import type { Logger } from '../../observability/log.js';
import { loadSnapshot } from '../../runtime/snapshot/load-snapshot.js';
import type { SnapshotManifest } from '../../runtime/snapshot/snapshot-manifest.js';
import type { SnapshotStorage } from '../../runtime/snapshot/snapshot-storage.js';
import { TaskSnapshots } from '../../runtime/snapshot/task-snapshots.js';
import type { StateDirectory } from '../../runtime/state-directory.js';
import { invalid, MillraceError } from '../../util/errors.js';

/**
 * Puts the newest usable snapshot of each task into a state directory that holds none of the application's.
 * @throws MillraceError `STATE_NOT_EMPTY`, `SNAPSHOT_MISSING` when there is none of any task
 */
export async function restoreSnapshots(
  storage: SnapshotStorage,
  directory: StateDirectory,
  application: string,
  log: Logger,
): Promise<readonly SnapshotManifest[]> {
  const there = await directory.storedTasks(application);
  if (there.length > 0) {
    throw invalid('STATE_NOT_EMPTY', `"${directory.path}" holds state of tasks ${there.join(', ')} already`, {
      hint: `Delete state/${application}/ there, or restore into another folder.`,
    });
  }
  const tasks = (await storage.list(application)).filter((name) => /^\d+_\d+$/.test(name)).sort();
  const restored: SnapshotManifest[] = [];
  for (const task of tasks) {
    const manifest = await restoreNewest(storage, directory, { application, task }, log);
    if (manifest !== undefined) restored.push(manifest);
  }
  if (restored.length > 0) return restored;
  throw invalid('SNAPSHOT_MISSING', `there is no snapshot of application "${application}" that can be used`, {
    hint: 'Look whether --from is the place that snapshots were taken to.',
  });
}

async function restoreNewest(
  storage: SnapshotStorage,
  directory: StateDirectory,
  { application, task }: { readonly application: string; readonly task: string },
  log: Logger,
): Promise<SnapshotManifest | undefined> {
  const snapshots = new TaskSnapshots(storage, application, task);
  for (const path of await snapshots.list()) {
    try {
      const manifest = await snapshots.read(path);
      await directory.makeTask(application, task, (folder) =>
        loadSnapshot(storage, manifest, folder, directory.openDatabase),
      );
      return manifest;
    } catch (error) {
      if (!(error instanceof MillraceError) || error.code !== 'SNAPSHOT_UNUSABLE') throw error;
      log.warn({ err: error, task, snapshot: path }, 'a snapshot is passed over');
    }
  }
  return undefined;
}
